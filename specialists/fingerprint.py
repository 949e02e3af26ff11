"""What evidence depends on, as hashes by name: the prompt, the schema, the tools, the rules, the graders, the
held-out cases, and for a local candidate what it is made of and trained on."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from specialists.card import Card
from specialists.records import digest

HELD_OUT = Path(__file__).parents[1] / "evals" / "held_out"
# What held-out cases of every specialist take their companies and campaigns from.
WORLD = "world"

_OWN = {"prompt.md": "prompt", "schema.py": "schema", "tools.py": "tools"}
_GRADERS = frozenset({"graders.py", "grading"})
_CANDIDATE = {
    "candidates.py": "candidate",
    "candidates.yaml": "candidate",
    "cases.jsonl": "development_cases",
}
# Of the card, limits and what blocks count by value, bars stand in the evidence; no pin holds its own hash.
_APART = frozenset({"card.yaml", "pin.json", "__init__.py"})
# Shared code that a local candidate is made of.
_LOCAL = ("text_candidate.py", "keyword_candidate.py")


def fingerprint(folder: Path, card: Card, candidate: str | None, held_out: Path = HELD_OUT) -> dict[str, str]:
    """Name -> SHA-256 (64 hex digits) of what the evidence for `candidate` depends on."""
    parts: dict[str, list[Path]] = {}
    for path in _files(folder):
        name = _part(path.relative_to(folder))
        if name is not None and (name not in _CANDIDATE.values() or _is_local(candidate)):
            parts.setdefault(name, []).append(path)
    if _is_local(candidate):
        parts["candidate"] += [folder.parent / name for name in _LOCAL]
    if candidate is None:
        parts.pop("prompt", None)  # rules read no prompt
    hashes = {name: _hash(paths, folder.parent) for name, paths in sorted(parts.items())}
    hashes["limits"] = digest(card.limits.model_dump())
    hashes["blocking"] = digest({name: one.blocking for name, one in card.graders.items()})
    hashes["held_out"] = held_out_hash(folder.name, held_out)
    return hashes


def held_out_hash(specialist: str, held_out: Path = HELD_OUT) -> str:
    """SHA-256 over the specialist's held-out cases and the world they are set in."""
    own = sorted(held_out.glob(f"{specialist}.*"))
    return _hash([*own, *_files(held_out / WORLD)], held_out)


def changed(measured: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names whose hashes differ, or that only one of the two has."""
    return sorted(name for name in measured.keys() | now.keys() if measured.get(name) != now.get(name))


def _part(path: Path) -> str | None:
    if _GRADERS & set(path.parts):
        return "graders"
    if path.name in _APART:
        return None
    return _OWN.get(path.name) or _CANDIDATE.get(path.name) or "rules"


def _is_local(candidate: str | None) -> bool:
    return candidate is not None and candidate.startswith("local/")


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    ]


def _hash(paths: Iterable[Path], root: Path) -> str:
    return digest(
        {path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}
    )

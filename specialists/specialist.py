"""A specialist: what its folder says, loaded and checked, and the capabilities it was built with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

from resources.gateway.models import is_anthropic
from resources.gateway.ports import Candidate, Gateway
from specialists.card import Card, load_card
from specialists.cases import load_cases
from specialists.decisions import Decision, Rule
from specialists.grading import CohortGrader, RecordGrader
from specialists.pin import Pin, load_pin
from specialists.records import Output, Record, digest
from specialists.strict_yaml import CardError
from specialists.tools import Toolbox

ROOT = Path(__file__).parent

# Files no decision depends on. Graders, cases, owner and bars change apart: a new case must bill nothing.
_NOT_DECIDING = frozenset(
    {"card.yaml", "pin.json", "graders.py", "grading", "cases.jsonl", "candidates.py", "candidates.yaml"}
)
# A hosted model does not change with the cases; a local candidate is trained on them.
_LOCAL_CANDIDATE = frozenset({"cases.jsonl", "candidates.py", "candidates.yaml"})
# What the stage itself fills; nothing of it travels on.
_OF_THE_STAGE = frozenset({"record_id", "partition", "at", "brief"})


@dataclass(frozen=True)
class Blueprint:
    """A specialist's folder, with nothing of the world in it."""

    folder: Path
    card: Card
    pin: Pin
    prompt: str
    reads: type[Record]
    makes: type[Output]
    judges: type[Output]
    rules: tuple[Rule, ...]
    settle: Callable[[Any, Any], Decision]
    record_graders: Mapping[str, RecordGrader]
    cohort_graders: Mapping[str, CohortGrader]
    toolbox: type[Toolbox]
    decision_version: str

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def blocking_graders(self) -> Mapping[str, RecordGrader]:
        return {n: g for n, g in self.record_graders.items() if self.card.graders[n].blocking}

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """What travels on: the fields of `Reads` that came with the row, not from a tool or the stage."""
        filled = {mark.fills for _, mark, _ in self.toolbox.marks()}
        own = set(self.makes.model_fields) | self.reads.rules_only_fields()
        return tuple(name for name in self.reads.model_fields if name not in filled | own | _OF_THE_STAGE)

    @cached_property
    def answer_schema(self) -> dict[str, Any]:
        """The JSON Schema of what judgement may answer; generating it takes half a millisecond."""
        return self.judges.model_json_schema()

    def capabilities(self) -> tuple[str, ...]:
        """Names of what the tools are built with: all of the world this specialist can ever reach."""
        return tuple(signature(self.toolbox).parameters)

    def build(self, granted: Mapping[str, object], candidate: Candidate | Gateway | None) -> "Specialist":
        """Bind exactly the capabilities the tools name. Raises CardError if one is not granted."""
        missing = [name for name in self.capabilities() if name not in granted]
        if missing:
            raise CardError(
                f"{self.folder / 'tools.py'}: asks for {', '.join(missing)}; a workforce grants "
                f"{', '.join(sorted(granted))}"
            )
        return Specialist(
            self, self.toolbox(**{name: granted[name] for name in self.capabilities()}), candidate
        )

    def local_candidate(self) -> Candidate | None:
        """The pinned local candidate, trained on the development cases; None when the pin names none."""
        if self.pin.candidate is None or not self.pin.is_local:
            return None
        candidates = _module(self.folder, "candidates").CANDIDATES
        if self.pin.candidate not in candidates:
            raise CardError(f"{self.folder / 'pin.json'}: {self.pin.candidate} is not in candidates.py")
        built: Candidate = candidates[self.pin.candidate](load_cases(self.folder / "cases.jsonl"))
        return built


@dataclass(frozen=True)
class Specialist:
    """A blueprint with its tools and its pinned candidate bound. Its object graph is all it can reach."""

    blueprint: Blueprint
    tools: Toolbox
    candidate: Candidate | Gateway | None


@cache
def blueprint(name: str) -> Blueprint:
    """Load and cross-check `specialists/<name>/`. Raises CardError or PinError."""
    folder = ROOT / name
    card, pin = load_card(folder / "card.yaml"), load_pin(folder / "pin.json")
    schema, rules = _module(folder, "schema"), _module(folder, "rules")
    graders, tools = _module(folder, "graders"), _module(folder, "tools")
    loaded = Blueprint(
        folder=folder,
        card=card,
        pin=pin,
        prompt=(folder / "prompt.md").read_text("utf-8"),
        reads=schema.Reads,
        makes=schema.Makes,
        judges=schema.Judges,
        rules=tuple(rules.RULES),
        settle=rules.settle,
        record_graders=graders.RECORD_GRADERS,
        cohort_graders=graders.COHORT_GRADERS,
        toolbox=tools.Tools,
        decision_version=decision_version(folder, card, pin),
    )
    _cross_check(loaded)
    return loaded


def version_on_disk(name: str) -> str:
    """The decision version that a process begun now has. Raises as `blueprint` does."""
    folder = ROOT / name
    return decision_version(folder, load_card(folder / "card.yaml"), load_pin(folder / "pin.json"))


def decision_version(folder: Path, card: Card, pin: Pin) -> str:
    """12 hex digits naming everything a decision depends on, apart from the record itself."""
    left_out = _NOT_DECIDING - _LOCAL_CANDIDATE if pin.is_local else _NOT_DECIDING
    files = {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not left_out & set(path.relative_to(folder).parts) and path.suffix != ".pyc"
    }
    return digest({"files": files, "candidate": pin.candidate, "limits": card.limits.model_dump()})[:12]


def _cross_check(loaded: Blueprint) -> None:
    """The card and the code must say the same, or neither can be trusted."""
    path, card = loaded.folder / "card.yaml", loaded.card
    if card.name != loaded.folder.name:
        raise CardError(f"{path}: name: is {card.name!r}, but the folder is {loaded.folder.name!r}")
    declared, coded = card.tools, loaded.toolbox.effects()
    if declared != coded:
        raise CardError(f"{path}: tools: says {dict(declared)}, but tools.py has {coded}")
    if loaded.toolbox.on_request() and card.limits.turns < 2:
        raise CardError(f"{path}: limits: turns: must be 2 or more, a tool is offered on request")
    if card.execution == "batch":
        _check_batch(loaded, path)
    graders = set(loaded.record_graders) | set(loaded.cohort_graders)
    if set(card.graders) != graders:
        odd = sorted(set(card.graders) ^ graders)
        raise CardError(f"{path}: graders: {', '.join(odd)} must stand both on the card and in graders.py")
    if loaded.pin.candidate is not None and loaded.pin.candidate not in card.candidates:
        raise CardError(
            f"{loaded.folder / 'pin.json'}: {loaded.pin.candidate} is not a candidate on the card"
        )


def _check_batch(loaded: Blueprint, path: Path) -> None:
    """A batch gives one answer to each request, and only Anthropic's are sent. Local candidates stay live."""
    if loaded.card.limits.turns > 1 or loaded.toolbox.on_request():
        raise CardError(
            f"{path}: execution: batch gives one answer to each request, but limits.turns is "
            f"{loaded.card.limits.turns} and tools may be asked for; set live, or 1 turn and no such tool"
        )
    pinned = loaded.pin.candidate
    if pinned is not None and not loaded.pin.is_local and not is_anthropic(pinned):
        raise CardError(
            f"{path}: execution: batch is for Anthropic's models, and {pinned} is pinned; set live"
        )


def _module(folder: Path, name: str) -> ModuleType:
    try:
        return import_module(f"specialists.{folder.name}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"specialists.{folder.name}.{name}":
            raise
        raise CardError(f"{folder}: {name}.py is missing") from None

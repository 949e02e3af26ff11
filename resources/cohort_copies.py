"""Copies named by their content, so that equal inputs are stored once and a copy never changes."""

import hashlib
import re
import shutil
from pathlib import Path

import yaml

from resources.directory.spec import DirectorySpec, load_spec
from resources.errors import InputError

_HASH_DIGITS = 12
# What any file system and a YAML file take; a name keeps its end, where the format stands.
_ODD = re.compile(r"[^\w .+()-]")
_LONGEST_NAME = 60


class Copies:
    """What is to be copied into one folder. Nothing is written before `write`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._planned: dict[str, Path | bytes] = {}

    def file(self, path: Path) -> str:
        """Plan the copy of a file as it is; the name the copy will have."""
        return self._plan(path.name, file_digest(path), path)

    def spec(self, path: Path) -> str:
        """Plan the copies of a spec, rewritten to point at the copies of its files, and of those files."""
        spec = load_spec(path)
        aliases = tuple(
            layout.model_copy(update={"file": self.file(path.parent / layout.file)})
            for layout in spec.alias_files()
        )
        copied: DirectorySpec = spec.model_copy(
            update={"file": self.file(path.parent / spec.file), "aliases": aliases}
        )
        content = yaml.safe_dump(copied.model_dump(mode="json"), sort_keys=False, allow_unicode=True).encode()
        return self._plan(path.name, hashlib.sha256(content).hexdigest(), content)

    def write(self) -> None:
        """Write what is not there yet. Raises InputError for a file that changed since it was planned."""
        for name, source in self._planned.items():
            target = self._folder / name
            if target.is_file() and name.startswith(file_digest(target)[:_HASH_DIGITS]):
                continue
            if isinstance(source, bytes):
                replace_file(target, source)
            else:
                _copy(source, target, name[:_HASH_DIGITS])

    def _plan(self, name: str, digest: str, source: Path | bytes) -> str:
        name = name.removeprefix(f"{digest[:_HASH_DIGITS]}-")  # a copy of a copy is the copy
        copy = f"{digest[:_HASH_DIGITS]}-{_ODD.sub('_', name)[-_LONGEST_NAME:]}"
        self._planned[copy] = source
        return copy


def _copy(source: Path, target: Path, digits: str) -> None:
    """Raises InputError where the content is not the one that was planned."""
    unfinished = _unfinished(target)
    shutil.copyfile(source, unfinished)
    if not file_digest(unfinished).startswith(digits):
        unfinished.unlink()
        raise InputError(str(source), "changed while it was being read", "run the same command again")
    unfinished.replace(target)


def original_name(copy: str) -> str:
    return copy[_HASH_DIGITS + 1 :]


def file_digest(path: Path) -> str:
    """SHA-256 of the content, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def replace_file(target: Path, content: bytes) -> None:
    """Write a file so that a reader sees it whole or not at all. One writer at a time."""
    unfinished = _unfinished(target)
    unfinished.write_bytes(content)
    unfinished.replace(target)


def _unfinished(target: Path) -> Path:
    return target.with_name(f".{target.name[:_HASH_DIGITS]}.unfinished")

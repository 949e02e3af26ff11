"""Errors a person can act on."""

from pathlib import Path


class OneLineError(Exception):
    """An error whose text is one line that says what to do. Commands print it and exit 2."""


class InputError(OneLineError):
    """Bad input: where (file, row, column), what is wrong, and what to do. One line."""

    def __init__(
        self, file: Path | str, problem: str, remedy: str, *, row: int | None = None, field: str | None = None
    ) -> None:
        where = f"{file}" + (f", row {row}" if row is not None else "")
        super().__init__(" ".join(f"{where}: {problem}; {remedy}".split()))
        self.file, self.row, self.field, self.problem, self.remedy = str(file), row, field, problem, remedy

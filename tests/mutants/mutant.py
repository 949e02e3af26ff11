"""What a mutant is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """Replace `old` by `new` in `file`; `test` must then fail.

    Pins lose their evidence in the broken copy, so that no stage refuses before the test has looked;
    `keeps_evidence`: the test is about just that.
    """

    name: str
    file: str
    old: str
    new: str
    test: str
    keeps_evidence: bool = False

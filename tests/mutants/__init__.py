"""Deliberately broken variants of the code, each with the test that must catch it, one module a topic.

`tests/test_mutants.py` copies the tree, makes one change, and expects that test to fail. A mutant whose text
is no longer found in the code fails too: it has to be brought up to date.
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = tuple(
    mutant
    for module in iter_modules(__path__)
    if module.name not in ("mutant", "nursery")
    for mutant in import_module(f"{__name__}.{module.name}").MUTANTS
)

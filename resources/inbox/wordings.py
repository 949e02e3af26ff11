"""Wordings by which mail is recognised, from wordings.yaml."""

import re
from functools import cache
from importlib import resources

import yaml


@cache
def wording(name: str, around: str = "{}") -> re.Pattern[str]:
    """One list of wordings as a pattern without case; `around` says where in a text it must stand."""
    return re.compile(around.replace("{}", "|".join(_lists()[name]), 1), re.IGNORECASE)


@cache
def _lists() -> dict[str, list[str]]:
    text = resources.files(__package__).joinpath("wordings.yaml").read_text("utf-8")
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found

"""JSON as the standard has it, or nothing: no repair, no NaN, no infinities, no key twice."""

import json
from math import isfinite
from typing import Any, NoReturn


def parse(text: str | bytes) -> Any:
    """Raises ValueError, whatever is wrong with it (also when it nests too deep)."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except RecursionError:
        raise ValueError("it nests too deep") from None


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Raises ValueError also for JSON that is no object."""
    content = parse(text)
    if not isinstance(content, dict):
        raise ValueError(f"not a JSON object but {type(content).__name__}")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two equal keys was meant, nobody can say."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_doubles)

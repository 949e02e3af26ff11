"""Tokens, counted by a real tokenizer without a network.

cl100k_base (tiktoken) with the file that litellm ships. It is a stand-in: providers count with tokenizers of
their own, which nobody else has. One text's count may differ by tens of percent; all rows are counted alike.
"""

import os
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TOKENIZER = "tiktoken cl100k_base, as shipped inside litellm: a stand-in for the provider's own"


@cache
def _encoding() -> Any:
    package = find_spec("litellm")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError(
            "litellm is not installed, and it brings the tokenizer's file; install the lock file"
        )
    folder = Path(next(iter(package.submodule_search_locations)), "litellm_core_utils", "tokenizers")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    import tiktoken

    return tiktoken.get_encoding("cl100k_base")


@lru_cache(maxsize=200_000)
def tokens(text: str) -> int:
    """How many tokens `text` is; special tokens written in it are ordinary text."""
    return len(_encoding().encode_ordinary(text))

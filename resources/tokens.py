"""How many tokens a text is, by a real tokenizer: OpenAI's cl100k_base, which litellm bundles as a file."""

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

TOKENIZER = "cl100k_base"


def count_tokens(text: str) -> int:
    """Tokens of `text`; what looks like a special token counts as the text it is."""
    return len(_encoding().encode(text, disallowed_special=()))


@cache
def _encoding() -> "Encoding":
    """Built from litellm's copy: tiktoken would download it."""
    spec = find_spec("litellm")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        bundled = Path(folder) / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(bundled))
    import tiktoken

    return tiktoken.get_encoding(TOKENIZER)

"""Prompt caching by the provider's published rules, so that cached and written tokens can be computed.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching: a request is tools, then system, then
messages; what stands up to a block with `cache_control` is kept for five minutes, and for five more from each
use. Prefixes shorter than the model's minimum are not kept. An entry can be read once the response to the
request that wrote it has begun, so calls that leave together all write. For each mark, up to 20 blocks before
it are searched for an entry that an earlier request left.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness.tokens import tokens
from resources.gateway.prices import Counts
from specialists.records import canonical_json

TTL_SECONDS = 300.0
LOOK_BACK_BLOCKS = 20


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a request; `marked`: the cache may end behind it."""

    text: str
    marked: bool = False

    @property
    def tokens(self) -> int:
        return tokens(self.text)


def blocks_of(body: Mapping[str, Any]) -> Iterator[Block]:
    """A Messages API request in the order the provider reads it. A schema stands with the tools."""
    for tool in body.get("tools", ()):
        yield _block(tool)
    if "output_config" in body:
        yield _block(body["output_config"])
    for part in _parts(body.get("system", ())):
        yield _block(part)
    for message in body["messages"]:
        for part in _parts(message["content"]):
            yield _block(part)


def _parts(content: Any) -> Sequence[Mapping[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _block(part: Mapping[str, Any]) -> Block:
    """What a block says is what is counted: text as it stands, anything else as JSON."""
    marked = "cache_control" in part
    said = {name: value for name, value in part.items() if name not in ("cache_control", "id", "tool_use_id")}
    text = said["text"] if said.get("type") == "text" else canonical_json(said)
    return Block(text, marked)


@dataclass
class PrefixCache:
    """One model's cache. `minimum` in tokens; times are seconds of any clock."""

    minimum: int
    _entries: dict[bytes, tuple[float, float]] = field(default_factory=dict)

    def counts(self, blocks: Sequence[Block], tokens_out: int, now: float, response_at: float) -> Counts:
        """What a request that leaves at `now` is billed as; its entries can be read from `response_at` on."""
        if not any(block.marked for block in blocks):
            return Counts(sum(block.tokens for block in blocks), tokens_out)
        ends, keys = _prefixes(blocks)
        total = ends[-1]
        marks = [at for at, block in enumerate(blocks) if block.marked and ends[at] >= self.minimum]
        if not marks:
            return Counts(total, tokens_out)
        hit = next((at for at in self._searched(marks) if self._has(keys[at], now, ends[at])), None)
        for mark in marks:
            self._keep(keys[mark], now, response_at)
        if hit is not None:
            self._keep(keys[hit], now, response_at)
        read = ends[hit] if hit is not None else 0
        return Counts(total, tokens_out, cached=read, cache_write=ends[marks[-1]] - read)

    @staticmethod
    def _searched(marks: Sequence[int]) -> Iterator[int]:
        """Longest first."""
        for mark in reversed(marks):
            yield from range(mark, max(-1, mark - LOOK_BACK_BLOCKS), -1)

    def _has(self, key: bytes, now: float, length: int) -> bool:
        readable, expires = self._entries.get(key, (float("inf"), 0.0))
        return length >= self.minimum and readable <= now < expires

    def _keep(self, key: bytes, now: float, response_at: float) -> None:
        readable, expires = self._entries.get(key, (response_at, 0.0))
        alive = now < expires
        self._entries[key] = (min(readable, response_at) if alive else response_at, response_at + TTL_SECONDS)


def _prefixes(blocks: Sequence[Block]) -> tuple[list[int], list[bytes]]:
    """Tokens up to and with each block, and a digest of all that stands there."""
    ends, keys, total, digest = list[int](), list[bytes](), 0, hashlib.sha256()
    for block in blocks:
        total += block.tokens
        digest.update(len(block.text).to_bytes(8, "big") + block.text.encode("utf-8", "surrogatepass"))
        ends.append(total)
        keys.append(digest.digest())
    return ends, keys

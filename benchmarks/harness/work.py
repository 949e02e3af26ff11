"""The sample's work, run as often as it takes: the key, the workforce's questions, the harness's talk."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.harness.answer_key import Key, answer_key
from benchmarks.harness.conversations import Kind, Whole, conversations
from benchmarks.harness.generations import Generation
from benchmarks.harness.recorder import Asked, Recording
from benchmarks.harness.sample import WORKFORCE, Day, Rows, days
from benchmarks.harness.specialist_calls import in_one_call, phases
from benchmarks.harness.traffic import Chain
from specialists.specialist import blueprint


class Work:
    """The sample, run as often as it takes; `say` is told what is being done."""

    def __init__(self, folder: Path, records: int, say: Callable[[str], None]) -> None:
        self._folder, self._records, self._say, self._runs = folder, records, say, 0
        say("the sample by its own rules and local models: the key")
        self.key: Key = answer_key(self.days())
        self.judged, self.whole = self._recorded("every stage's judgements, asked of a recorder", judged=True)
        self.by_rules, _ = self._recorded("the same behind the real rules", judged=False)

    def days(self) -> Iterable[Day]:
        """In an operations store of its own: no run sees another's sends."""
        self._runs += 1
        folder = self._folder / str(self._runs)
        yield from days(folder, self._records)
        shutil.rmtree(folder)

    @property
    def records(self) -> int:
        return len({one.record_id for one in self.judged if one.specialist == "enricher"})

    def _recorded(self, what: str, *, judged: bool) -> tuple[Sequence[Asked], Whole]:
        self._say(what)
        recording = Recording(self.key, judged)
        whole: dict[str, dict[str, Any]] = {line.asset: {} for line in WORKFORCE.stages[:-1]}
        for day in self.days():
            rows = day.run(recording.change)
            for asset, made in whole.items():
                made.update(_made(asset, rows[asset]))
        return recording.asked, whole

    def harness(
        self, generation: Generation, *, cached: bool, naive: bool, leads: int = 1
    ) -> list[list[Chain]]:
        made = self._of_the_harness(cached, naive, leads)
        return [[_by_model(chain, generation.frontier) for chain in phase] for phase in made]

    @lru_cache(maxsize=1)  # noqa: B019 - one Work lives as long as the program
    def _of_the_harness(self, cached: bool, naive: bool, leads: int) -> list[list[Chain]]:
        """The last one only is kept: a naive session's calls are large."""
        kind = Kind("", cached, naive, leads)
        return list(conversations(self.days(), self.key, self.whole, kind))

    def in_one_call(self, model: str) -> list[list[Chain]]:
        return list(in_one_call(self.days(), self.judged, self.key, model))

    def specialists(self, asked: Sequence[Asked], model: Callable[[str], str]) -> list[list[Chain]]:
        return list(phases(asked, model))


def _made(asset: str, rows: Rows) -> dict[str, dict[str, Any]]:
    """What the stage made, as JSON holds it."""
    makes = blueprint(WORKFORCE.stage(asset).by).makes
    return {
        row["record_id"]: makes.model_validate({name: row[name] for name in makes.model_fields}).model_dump(
            mode="json"
        )
        for row in rows
        if row["disposition"] == "done"
    }


def _by_model(calls: Chain, model: str) -> Chain:
    return [replace(call, model=model) for call in calls]

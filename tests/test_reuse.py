"""A finished partition is not made again from the same inputs; anything else is."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from resources.lake import LakeFile
from resources.receipts import Receipt, finished, keep_receipt
from resources.store.engine import open_engine
from specialists.evidence import StaleEvidence
from specialists.stage import Stage
from tests.outbound import SAMPLE, SAMPLE_DAY, Outbound
from workforce_assets.made_from import made_from
from workforce_assets.outbound import OUTBOUND
from workforce_assets.world import World

LATER = datetime(2026, 3, 2, 16, tzinfo=UTC)
ENRICHED = OUTBOUND.stages[0]


@pytest.fixture
def again(ran: Outbound, tmp_path: Path) -> Outbound:
    """A copy of the home in which the sample's first day has run."""
    shutil.copytree(ran.root, tmp_path / "home")
    return Outbound(tmp_path / "home")


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The specialists whose stages did work, in order."""
    names: list[str] = []
    run = Stage.run

    def watched(stage: Stage, rows: object) -> object:
        names.append(stage.specialist.blueprint.name)
        return run(stage, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(Stage, "run", watched)
    return names


def world_of(home: Outbound) -> World:
    settings = home.settings
    return World(settings.home, settings.lake, open_engine(settings.operations_url), SAMPLE_DAY)


def test_running_again_works_only_where_somebody_waits(again: Outbound, at_work: list[str]) -> None:
    """Enricher and Scorer decided every row. The Writer left rows to a person; the Sender sends."""
    before = again.lake_digests()
    report = again.run()
    assert at_work == ["writer", "sender"]
    assert again.lake_digests() == before
    assert report.errors == []
    enriched = report.assets["enriched_leads"]
    assert enriched.rows == len(again.rows("enriched_leads")) > 0


def test_a_file_changed_by_hand_is_made_again(again: Outbound, at_work: list[str]) -> None:
    """Its metadata may be kept by the tool that changed it: its bytes are what the receipt speaks of."""
    path = Path(again.settings.lake_root) / "scored_leads" / "2026-03-02.parquet"
    before = path.read_bytes()
    table = pq.read_table(path)
    scores = pa.array([100] * len(table), table.schema.field("score").type)
    pq.write_table(table.set_column(table.column_names.index("score"), "score", scores), path)
    again.run(at=LATER)
    assert "scorer" in at_work
    left, right = (
        pq.read_table(pa.BufferReader(file)).drop(["run_id"]) for file in (before, path.read_bytes())
    )
    assert left.equals(right)


def test_more_leads_make_it_again(again: Outbound, at_work: list[str]) -> None:
    """Each stage reads other rows than before."""
    again.hand_in(SAMPLE / "leads" / "2026-03-03.csv", limit=5)
    again.run(at=LATER)
    assert at_work == ["enricher", "scorer", "writer", "sender"]


def test_stale_evidence_refuses_a_finished_partition_too(
    again: Outbound, at_work: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in the lake was made by the pin that is refused now."""

    def refuse(found: object) -> None:
        raise StaleEvidence("rules changed")

    monkeypatch.setattr("workforce_assets.stage_asset.refuse_stale", refuse)
    report = again.run(at=LATER)
    assert at_work == []
    assert any("rules changed" in error for error in report.errors)


def test_a_row_nobody_decided_keeps_the_partition_open(tmp_path: Path) -> None:
    """A tool that failed, a budget that was spent: it may be otherwise now."""
    file = LakeFile(UPath(tmp_path / "made.parquet"))
    for decided_by, expected in ((["rule:a", "rule:b"], True), (["rule:a", None], False)):
        pq.write_table(pa.table({"decided_by": pa.array(decided_by, pa.string())}), str(file.path))
        keep_receipt(file, Receipt("source", file.sha256()))
        assert finished(file, "source") is expected
        assert not finished(file, "another source")


def test_a_receipt_cut_short_is_none(tmp_path: Path) -> None:
    """A kill may come at any byte of it."""
    file = LakeFile(UPath(tmp_path / "made.parquet"))
    pq.write_table(pa.table({"decided_by": ["rule:a"]}), str(file.path))
    keep_receipt(file, Receipt("source", file.sha256()))
    receipt = next(tmp_path.glob(".*.json"))
    whole = receipt.read_bytes()
    for size in range(len(whole)):
        receipt.write_bytes(whole[:size])
        assert not finished(file, "source")


def test_what_a_partition_is_made_from(ran: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directories, the manager's card and the code count; the Sender, who acts by the hour, is never the
    same twice."""
    world = world_of(ran)
    upstream = world.lake.file("leads", "2026-03-02")
    source = made_from(OUTBOUND, ENRICHED, world, upstream)
    assert source is not None
    elsewhere = world_of(ran)
    elsewhere.__dict__["cohort"] = replace(world.cohort, directories=world.cohort.directories[:1])
    assert made_from(OUTBOUND, ENRICHED, elsewhere, upstream) != source
    other = replace(OUTBOUND, card=OUTBOUND.card.model_copy(update={"stages": {}}))
    assert made_from(other, ENRICHED, world, upstream) != source
    assert made_from(OUTBOUND, OUTBOUND.stages[-1], world, upstream) is None
    monkeypatch.setattr("workforce_assets.made_from._code", lambda: "edited")
    assert made_from(OUTBOUND, ENRICHED, world, upstream) != source

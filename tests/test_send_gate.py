"""The send gate: what leaves is what the graders passed, whoever edited the lake in between."""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.outbound import SAMPLE_DAY, Outbound
from workforce_assets.definitions import build
from workforce_assets.prepare import instance_of, prepare

UPSTREAM = ("leads", "enriched_leads", "scored_leads", "drafted_emails")
AT = "2026-03-02T15:00:00+00:00"


def materialize(home: Outbound, *assets: str) -> bool:
    """A run of its own over some of the assets, with their checks, as the UI would start it."""
    prepare(home.settings)
    definitions = build(home.settings)
    selection = dg.AssetSelection.assets(*assets)
    job = dg.define_asset_job("some", selection=selection)
    bound = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job]))
    with instance_of(home.settings) as instance:
        result = bound.resolve_job_def("some").execute_in_process(
            instance=instance,
            partition_key=SAMPLE_DAY.isoformat(),
            run_config={
                "resources": {"clock": {"config": {"at": AT}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            raise_on_error=False,
        )
    return result.success


def edit_drafts(home: Outbound, change: dict[str, Any]) -> set[str]:
    """Change every done draft in the lake by hand, as no stage would. Returns their record ids."""
    path = home.settings.lake.file("drafted_emails", SAMPLE_DAY.isoformat()).path
    table = pq.read_table(str(path))
    rows = table.to_pylist()
    for row in rows:
        if row["disposition"] == "done":
            row.update({name: value(row) if callable(value) else value for name, value in change.items()})
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), str(path))
    return {row["record_id"] for row in rows if row["disposition"] == "done"}


@pytest.mark.parametrize(
    ("change", "grader"),
    [
        ({"body": lambda row: row["body"] + " word" * 150}, "under_150_words"),
        ({"written_for": "somebody else"}, "segment"),
    ],
)
def test_an_edited_draft_is_not_sent(outbound: Outbound, change: dict[str, Any], grader: str) -> None:
    """Materializing sent_emails alone, in a run of its own, sends none of the broken drafts: they are held
    with the grader's name, and the mailbox is empty."""
    outbound.hand_in()
    assert materialize(outbound, *UPSTREAM)
    edited = edit_drafts(outbound, change)
    materialize(outbound, "sent_emails")
    assert outbound.mails() == []
    gated = [row for row in outbound.rows("sent_emails") if (row["reason"] or "").startswith("send gate")]
    assert {row["record_id"] for row in gated} <= edited and gated
    assert all(grader in row["reason"] for row in gated)


def test_untouched_drafts_are_sent(outbound: Outbound) -> None:
    """The gate is no wall: the same two runs without the edit do send."""
    outbound.hand_in()
    assert materialize(outbound, *UPSTREAM)
    assert materialize(outbound, "sent_emails")
    assert outbound.mails()

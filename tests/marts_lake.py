"""A lake made up at random, and the ledger and the cohorts that go with it."""

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import yaml
from sqlalchemy import insert

from resources.cohort_copies import file_digest
from resources.store.engine import open_engine, writing
from resources.store.entries import SendKey
from resources.store.migrate import migrate
from resources.store.tables import ledger
from tests.samples import CAMPAIGN
from workforce_assets.settings import Settings

ASSETS = ["leads", "enriched_leads", "scored_leads", "drafted_emails", "sent_emails"]
SPECIALISTS = dict(zip(ASSETS, ["intake", "enricher", "scorer", "writer", "sender"], strict=True))
DAYS = [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 12)]
EMPTY_DAY = date(2026, 3, 4)
UNFINISHED_DAY = date(2026, 3, 5)
DECIDERS = [
    "rule:exact_domain",
    "rule:routing",
    "model:local/replies",
    "model:vendor/large",
    "human:reviewer",
    None,
]
CONTACT = "ada@example.com"

VERDICTS = pl.List(pl.Struct({"grader": pl.String, "passed": pl.Boolean, "reason": pl.String}))
SCHEMA = {
    "record_id": pl.String,
    "disposition": pl.String,
    "reason": pl.String,
    "decided_by": pl.String,
    "specialist_version": pl.String,
    "verdicts": VERDICTS,
    "tokens_in": pl.Int64,
    "tokens_out": pl.Int64,
    "cost_usd": pl.Float64,
    "run_id": pl.String,
}
OWN = {
    "leads": {"consent": pl.String, "email": pl.String},
    "enriched_leads": {"match_status": pl.String},
    "scored_leads": {"tier": pl.String},
    "drafted_emails": {"template": pl.String},
    "sent_emails": {"message_id": pl.String, "sent_at": pl.Datetime("us", "UTC")},
}

Rows = list[dict[str, Any]]
Lake = dict[tuple[str, date], Rows]


def rows_of(random: Random, asset: str, day: date, record_ids: list[str]) -> Rows:
    """One row per record; most are done, some end here for one reason or another."""
    endings = ["rejected"] if asset == "leads" else ["held", "skipped"]
    rows = []
    for record_id in record_ids:
        disposition = random.choices(["done", *endings], [8, *[1] * len(endings)])[0]
        graded = asset != "leads" and (disposition == "done" or random.random() < 0.5)
        row: dict[str, Any] = {
            "record_id": record_id,
            "disposition": disposition,
            "reason": None if disposition == "done" else "for a reason",
            "decided_by": "rule:intake" if asset == "leads" else random.choice(DECIDERS),
            "specialist_version": random.choice(["v1", "v2"]),
            "verdicts": [_verdict(random, name) for name in ("tone", "price")] if graded else [],
            "tokens_in": random.randrange(100),
            "tokens_out": random.randrange(10),
            # Reading a lead file costs nothing.
            "cost_usd": random.random() * (asset != "leads"),
            "run_id": "r1",
            "consent": "opted_in",
            "email": CONTACT,
            "match_status": random.choice(["matched", "ambiguous", "unmatched"]),
            "tier": random.choice("ABCD"),
            "template": random.choice(["segment.general", None]),
            "message_id": message_id_of(day, record_id),
            "sent_at": datetime(day.year, day.month, day.day, 15, tzinfo=UTC),
        }
        rows.append({name: row[name] for name in (*SCHEMA, *OWN[asset])})
    return rows


def message_id_of(day: date, record_id: str) -> str:
    return f"<{day}.{record_id}@example.com>"


def contact_of(day: date, record_id: str) -> str:
    return f"{day}.{record_id}@example.com".lower()


def _verdict(random: Random, grader: str) -> dict[str, Any]:
    return {"grader": grader, "passed": random.random() < 0.9, "reason": None}


def sound_lake() -> Lake:
    """Three whole days, a day without records, and one of which only leads and enriched_leads have run."""
    random, lake = Random(7), Lake()
    for day in (*DAYS, UNFINISHED_DAY):
        waiting = [f"L{number}" for number in range(80)]
        for asset in ASSETS[:2] if day == UNFINISHED_DAY else ASSETS:
            lake[asset, day] = rows_of(random, asset, day, waiting)
            waiting = [row["record_id"] for row in lake[asset, day] if row["disposition"] == "done"]
    lake |= {(asset, EMPTY_DAY): [] for asset in ASSETS}
    return lake


def write(settings: Settings, lake: Lake) -> None:
    """The Parquet files."""
    for (asset, day), rows in lake.items():
        path = partition(settings, asset, day)
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, schema=SCHEMA | OWN[asset]).write_parquet(path, compression="uncompressed")
    (settings.home.lake / "leads" / ".2026-03-02.parquet.half").write_bytes(b"half written")


def partition(settings: Settings, asset: str, day: date) -> Path:
    return settings.home.lake / asset / f"{day}.parquet"


def write_world(settings: Settings, lake: Lake) -> None:
    """The lake, an intent in the ledger for every email sent, and a campaign for every whole day."""
    write(settings, lake)
    for day in DAYS:
        _write_cohort(settings, day)
    engine = open_engine(settings.operations_url)
    migrate(engine)
    with writing(engine) as connection:
        for day in DAYS:
            for row in lake["sent_emails", day]:
                if row["disposition"] == "done":
                    connection.execute(insert(ledger), _entry_of(day, row))
    engine.dispose()


def draft_digest(day: date, record_id: str) -> str:
    return f"digest of {day} {record_id}"


def entry(
    day: date, key: SendKey, record_id: str, message_id: str, at: datetime, decided_by: str | None
) -> dict[str, Any]:
    """The ledger's row of an email that was sent."""
    return {
        "key": key.digest,
        "workforce": key.workforce,
        "campaign": key.campaign,
        "step": key.step,
        "contact": key.contact,
        "state": "sent",
        "record_id": record_id,
        "partition": day.isoformat(),
        "message_id": message_id,
        "draft_digest": draft_digest(day, record_id),
        "day": day.isoformat(),
        "intent_at": at,
        "sent_at": at,
        "decided_by": decided_by,
        "tokens_in": 0,
        "tokens_out": 0,
        "usd": 0.0,
    }


def _entry_of(day: date, row: dict[str, Any]) -> dict[str, Any]:
    record_id = row["record_id"]
    key = SendKey("outbound", f"campaign-{day}", 1, contact_of(day, record_id))
    return entry(day, key, record_id, row["message_id"], row["sent_at"], row["decided_by"])


def _write_cohort(settings: Settings, day: date) -> None:
    folder = settings.home.cohorts / day.isoformat()
    folder.mkdir(parents=True)
    text = folder / "campaign.yaml"
    text.write_text(yaml.safe_dump({**CAMPAIGN, "id": f"campaign-{day}"}), "utf-8")
    name = f"{file_digest(text)[:12]}-campaign.yaml"
    text.rename(folder / name)
    (folder / "cohort.yaml").write_text(yaml.safe_dump({"campaign": name, "leads": []}), "utf-8")

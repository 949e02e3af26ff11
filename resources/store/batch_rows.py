"""Batches and their requests as rows, and back."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from resources.batches.ports import Ask, Batch, Request
from resources.journal import JournalKey
from resources.store.spending import nanodollars


def batch_values(batch: Batch, workforce: str, day: date, run: str, requests: int) -> dict[str, object]:
    return {
        "id": batch.id,
        "provider_id": None,
        "state": "intended",
        "workforce": workforce,
        "partition": batch.partition,
        "specialist": batch.specialist,
        "decision_version": batch.decision_version,
        "candidate": batch.candidate,
        "day": day.isoformat(),
        "run": run,
        "requests": requests,
        "intended_at": batch.intended_at,
        "tried_at": batch.tried_at,
        "detail": batch.detail,
        "followed": False,
    }


def batch_of(row: Row[Any]) -> Batch:
    return Batch(
        row.id,
        row.provider_id,
        row.state,
        row.partition,
        row.specialist,
        row.decision_version,
        row.candidate,
        row.requests,
        row.intended_at,
        row.tried_at,
        row.detail,
        row.followed,
    )


def request_values(batch_id: str, number: int, ask: Ask) -> dict[str, object]:
    return {
        "custom_id": f"{batch_id}-{number}",
        "batch": batch_id,
        "specialist": ask.key.specialist,
        "decision_version": ask.key.decision_version,
        "record_id": ask.key.record_id,
        "context_digest": ask.key.context_digest,
        "attempt": ask.attempt,
        "earlier": nanodollars(ask.earlier_usd),
        "nanodollars": nanodollars(ask.worst_usd),
        "fate": "open",
        "kind": None,
        "why": "",
    }


def request_of(row: Row[Any]) -> Request:
    return Request(
        row.custom_id,
        key_of(row),
        row.fate,
        row.why,
        row.kind,
        row.attempt,
        row.earlier / 1e9,
        row.nanodollars / 1e9,
        row.batch,
    )


def key_of(row: Row[Any]) -> JournalKey:
    return JournalKey(row.specialist, row.decision_version, row.record_id, row.context_digest)

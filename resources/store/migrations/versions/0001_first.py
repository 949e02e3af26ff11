"""Journal, ledger, spending, suppressions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("specialist", sa.Text, nullable=False),
        sa.Column("decision_version", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("context_digest", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint(
            "specialist", "decision_version", "record_id", "context_digest", name="pk_journal"
        ),
    )
    op.create_table(
        "ledger",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("workforce", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("partition", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("draft_digest", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("intent_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("detail", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("tokens_in", sa.BigInteger, nullable=False),
        sa.Column("tokens_out", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_ledger"),
        sa.UniqueConstraint("workforce", "campaign", "step", "contact", name="uq_ledger"),
        sa.CheckConstraint(
            "state IN ('intent', 'sent', 'failed', 'deferred', 'unknown', 'cancelled')",
            name=op.f("ck_ledger_state"),
        ),
    )
    op.create_index("ix_ledger_workforce", "ledger", ["workforce", "day"])
    op.create_table(
        "spending",
        sa.Column("workforce", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("specialist", sa.Text, nullable=False),
        sa.Column("nanodollars", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workforce", "day", "specialist", name="pk_spending"),
    )
    op.create_table(
        "suppressions",
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("contact", name="pk_suppressions"),
    )

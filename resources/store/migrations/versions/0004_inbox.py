"""Consents, inbox messages, and finding a send by its Message-ID."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_ledger_message_id", "ledger", ["message_id"])
    op.create_table(
        "consents",
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("contact", "consent", "source", "at", name="pk_consents"),
        sa.CheckConstraint("consent IN ('opted_in', 'opted_out')", name=op.f("ck_consents_consent")),
    )
    op.create_table(
        "inbox_messages",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("soft_bounce_of", sa.Text),
        sa.Column("content", sa.LargeBinary),
        sa.PrimaryKeyConstraint("digest", name="pk_inbox_messages"),
        sa.CheckConstraint(
            "decision IN ('suppress', 'held', 'ignored')", name=op.f("ck_inbox_messages_decision")
        ),
    )
    op.create_index("ix_inbox_messages_file", "inbox_messages", ["file"])
    op.create_index("ix_inbox_messages_soft_bounce_of", "inbox_messages", ["soft_bounce_of", "at"])

"""Message Batches and their requests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)
_KEY = ("specialist", "decision_version", "record_id", "context_digest")


def upgrade() -> None:
    op.create_table(
        "message_batches",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("state", "workforce", "partition", "specialist", "decision_version", "candidate")
        ),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("intended_at", _INSTANT, nullable=False),
        sa.Column("tried_at", _INSTANT, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("followed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_batches"),
        sa.UniqueConstraint("provider_id", name="uq_message_batches"),
        sa.CheckConstraint(
            "state IN ('intended', 'waiting', 'ended', 'void', 'unclear')",
            name=op.f("ck_message_batches_state"),
        ),
    )
    op.create_index("ix_message_batches_workforce", "message_batches", ["workforce", "state"])
    op.create_table(
        "batch_requests",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("custom_id", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _KEY),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("earlier", sa.BigInteger, nullable=False),
        sa.Column("nanodollars", sa.BigInteger, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_batch_requests"),
        sa.UniqueConstraint("custom_id", name="uq_batch_requests"),
    )
    op.create_index("ix_batch_requests_batch", "batch_requests", ["batch"])
    op.create_index("ix_batch_requests_specialist", "batch_requests", list(_KEY[:3]))
    still_open = sa.text("fate = 'open'")
    op.create_index(
        "uq_batch_requests_open",
        "batch_requests",
        list(_KEY),
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )

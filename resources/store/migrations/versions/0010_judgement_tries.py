"""What came to no judgement is kept with its steps, for the trace."""

import sqlalchemy as sa
from alembic import op

from resources.store.types import AnyText

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "judgement_tries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("specialist", sa.Text, nullable=False),
        sa.Column("decision_version", sa.Text, nullable=False),
        sa.Column("record_id", AnyText, nullable=False),
        sa.Column("context_digest", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("why", AnyText, nullable=False),
        sa.Column("price", sa.Text),
        sa.Column("steps", sa.Text, nullable=False),
        sa.CheckConstraint(
            "kind IN ('malformed', 'over_budget', 'unavailable')", name=op.f("ck_judgement_tries_kind")
        ),
    )
    op.create_index("ix_judgement_tries_specialist", "judgement_tries", ["specialist", "record_id", "run"])

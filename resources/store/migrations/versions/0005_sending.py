"""Refusals in the ledger, slots of the rate limits, and the count of intents."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("ledger", sa.Column("refusals", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "send_slots",
        sa.Column("workforce", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_send_slots_workforce", "send_slots", ["workforce", "at"])
    op.create_table("send_epoch", sa.Column("intents", sa.BigInteger, nullable=False))
    op.execute("INSERT INTO send_epoch SELECT count(*) FROM ledger")

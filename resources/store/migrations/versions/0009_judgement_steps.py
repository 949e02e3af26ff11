"""A judgement keeps the steps that led to it, its cached and reasoning tokens, and the prices of its cost."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for name in ("tokens_cached", "tokens_cache_write", "tokens_reasoning"):
        op.add_column("journal", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("journal", sa.Column("price", sa.Text))
    op.add_column("journal", sa.Column("steps", sa.Text, nullable=False, server_default="[]"))

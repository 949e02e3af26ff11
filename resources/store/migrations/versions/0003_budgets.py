"""Spending is told apart by run, so that a run can have a cap."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """SQLite cannot change a primary key, so the table is made anew; it has a few rows a day."""
    connection = op.get_bind()
    old = sa.table("spending", *(sa.column(n) for n in ("workforce", "day", "specialist", "nanodollars")))
    spent = [{**row, "run": ""} for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("spending")
    new = op.create_table(
        "spending",
        sa.Column("workforce", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("specialist", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("nanodollars", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workforce", "day", "specialist", "run", name="pk_spending"),
    )
    op.create_index("ix_spending_run", "spending", ["run"])
    op.bulk_insert(new, spent)

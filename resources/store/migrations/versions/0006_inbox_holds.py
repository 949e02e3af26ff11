"""A secret of the installation's own, contacts that a held message holds, and who settled it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "inbox_holds",
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("contact", "digest", name="pk_inbox_holds"),
    )
    op.create_index("ix_inbox_holds_digest", "inbox_holds", ["digest"])
    op.add_column("inbox_messages", sa.Column("settled_at", sa.DateTime(timezone=True)))
    op.add_column("inbox_messages", sa.Column("settled_by", sa.Text))

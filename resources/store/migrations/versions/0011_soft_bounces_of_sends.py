"""Which send a soft bounce is about, so that sends are counted and not readings; and what was reconciled as
bounced was sent.

Soft bounces read before this name no send, and count no more: nothing tells which were read twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("inbox_messages", sa.Column("soft_bounce_send", sa.Text))
    op.execute(
        "UPDATE ledger SET state = 'sent', sent_at = intent_at "
        "WHERE state = 'failed' AND detail LIKE 'reconciled at %: the relay says bounced'"
    )

"""The operations store's tables. A change here needs a migration in migrations/versions/."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from resources.store.types import AnyText, Instant

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# Every judgement ever made. `answer` is JSON: the output of an `answered`, the reason of a `refused`. `steps`
# is JSON (judgement_steps.py); `price` says by which prices `usd` was computed. What was kept before these
# were has neither.
journal = Table(
    "journal",
    metadata,
    Column("specialist", Text, primary_key=True),
    Column("decision_version", Text, primary_key=True),
    Column("record_id", AnyText, primary_key=True),
    Column("context_digest", Text, primary_key=True),
    Column("decided_by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("usd", Float, nullable=False),
    Column("tokens_cached", Integer, nullable=False, server_default="0"),
    Column("tokens_cache_write", Integer, nullable=False, server_default="0"),
    Column("tokens_reasoning", Integer, nullable=False, server_default="0"),
    Column("price", Text),
    Column("steps", Text, nullable=False, server_default="[]"),
)

# Every send, one row per (workforce, campaign, step, contact): a second send has nowhere to be written.
ledger = Table(
    "ledger",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workforce", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("contact", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("record_id", AnyText, nullable=False),
    Column("partition", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("draft_digest", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("intent_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("detail", AnyText),
    Column("decided_by", Text),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("usd", Float, nullable=False),
    Column("refusals", Integer, nullable=False, server_default="0"),
    UniqueConstraint("workforce", "campaign", "step", "contact"),
    CheckConstraint(
        "state IN ('intent', 'sent', 'failed', 'deferred', 'unknown', 'cancelled')", name="state"
    ),
    Index(None, "workforce", "day", "state"),  # the daily cap is counted in it, once for every group of sends
    Index(None, "message_id"),
)

# When each send was let onto the wire, for as long as a rate limit looks back.
send_slots = Table(
    "send_slots",
    metadata,
    Column("workforce", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "workforce", "at"),
)

# What came to no judgement, for the trace alone. Only ever added to.
judgement_tries = Table(
    "judgement_tries",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("specialist", Text, nullable=False),
    Column("decision_version", Text, nullable=False),
    Column("record_id", AnyText, nullable=False),
    Column("context_digest", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("why", AnyText, nullable=False),
    Column("price", Text),
    Column("steps", Text, nullable=False),
    CheckConstraint("kind IN ('malformed', 'over_budget', 'unavailable')", name="kind"),
    Index(None, "specialist", "record_id", "run"),
)

# One row: how many intents this store has ever written. A copy of the store that was put back has fewer.
send_epoch = Table("send_epoch", metadata, Column("intents", BigInteger, nullable=False))

# What is spent or reserved, in billionths of a US dollar so that sums are exact. `day` is the UTC day of the
# decision clock, `run` the run's id; what was spent before runs were told apart has an empty one.
spending = Table(
    "spending",
    metadata,
    Column("workforce", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("specialist", Text, primary_key=True),
    Column("run", Text, primary_key=True),
    Column("nanodollars", BigInteger, nullable=False),
    Index(None, "run"),
)

# Contacts that are never written to again, by normalised contact: deleting a lead does not lift it.
suppressions = Table(
    "suppressions",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("reason", AnyText, nullable=False),
    Column("source", AnyText, nullable=False),
    Column("at", Instant, nullable=False),
)

# Requests granted under a provider's limit: how many, at which unix second. Kept for a good minute.
provider_calls = Table(
    "provider_calls",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("requests", Integer, nullable=False),
    Index(None, "provider", "at"),
)

# Who said yes or no, from where and when. Only ever added to.
consents = Table(
    "consents",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("consent", Text, primary_key=True),
    Column("source", AnyText, primary_key=True),
    Column("at", Instant, primary_key=True),
    CheckConstraint("consent IN ('opted_in', 'opted_out')", name="consent"),
)

# Every message that came in, by SHA-256 of its octets. `content` is kept of the held ones, for the desk;
# of a reply that was acted upon, only a header that names the send.
inbox_messages = Table(
    "inbox_messages",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("file", AnyText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("soft_bounce_of", Text),
    Column("content", LargeBinary),
    Column("settled_at", Instant),
    Column("settled_by", AnyText),
    Column("soft_bounce_send", Text),
    CheckConstraint("decision IN ('suppress', 'held', 'ignored')", name="decision"),
    Index(None, "file"),
    Index(None, "soft_bounce_of", "at"),
)

# The contacts that a held message holds: nothing is sent to them until a person has settled it.
inbox_holds = Table(
    "inbox_holds",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Index(None, "digest"),
)

# What this installation signs with, by name: made once, and never shown.
secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Message Batches, written down before they are sent. `day` and `run` say whose money is reserved for them.
message_batches = Table(
    "message_batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("provider_id", Text, unique=True),
    Column("state", Text, nullable=False),
    Column("workforce", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("specialist", Text, nullable=False),
    Column("decision_version", Text, nullable=False),
    Column("candidate", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("intended_at", Instant, nullable=False),
    Column("tried_at", Instant, nullable=False),
    Column("detail", AnyText, nullable=False),
    Column("followed", Boolean, nullable=False),
    CheckConstraint("state IN ('intended', 'waiting', 'ended', 'void', 'unclear')", name="state"),
    Index(None, "workforce", "state"),
)

# Their requests. `nanodollars`: the worst case while open, then the bill; `earlier` those of attempts before.
batch_requests = Table(
    "batch_requests",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("custom_id", Text, nullable=False, unique=True),
    Column("batch", Text, nullable=False),
    Column("specialist", Text, nullable=False),
    Column("decision_version", Text, nullable=False),
    Column("record_id", AnyText, nullable=False),
    Column("context_digest", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("earlier", BigInteger, nullable=False),
    Column("nanodollars", BigInteger, nullable=False),
    Column("fate", Text, nullable=False),
    Column("kind", Text),
    Column("why", AnyText, nullable=False),
    Index(None, "batch"),
    Index(None, "specialist", "decision_version", "record_id"),
    # The same judgement cannot be under way twice.
    Index(
        "uq_batch_requests_open",
        "specialist",
        "decision_version",
        "record_id",
        "context_digest",
        unique=True,
        sqlite_where=text("fate = 'open'"),
        postgresql_where=text("fate = 'open'"),
    ),
)

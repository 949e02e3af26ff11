"""The way of a record: the sample through every stage, each record accounted for, each mail permitted."""

from collections import Counter
from pathlib import Path

import pytest

from tests.outbound import LIMIT, Outbound
from workforce_assets.outbound import OUTBOUND

REQUIRED = {
    "leads": {
        "record_id",
        "disposition",
        "reason",
        "decided_by",
        "specialist_version",
        "input_digest",
        "verdicts",
    },
    "enriched_leads": {"verdicts", "company_id", "match_status", "match_confidence", "cost_usd", "run_id"},
    "scored_leads": {"score", "tier", "cost_usd", "run_id"},
    "drafted_emails": {"subject", "body", "cost_usd", "run_id"},
    "sent_emails": {"message_id", "sent_at", "cost_usd", "run_id"},
}


def test_rows_in_are_rows_out_at_every_stage(ran: Outbound) -> None:
    """Counted from the Parquet files: upstream done = rows out, and nobody is in twice."""
    assert len(ran.rows("leads")) == LIMIT
    for line in OUTBOUND.stages:
        came_in = [row["record_id"] for row in ran.rows(line.of) if row["disposition"] == "done"]
        went_out = [row["record_id"] for row in ran.rows(line.asset)]
        assert went_out == came_in, line.asset
        assert len(set(went_out)) == len(went_out)


def test_every_asset_holds_the_columns_others_rely_on(ran: Outbound) -> None:
    for asset, columns in REQUIRED.items():
        assert columns <= set(ran.settings.lake.file(asset, "2026-03-02").columns()), asset


def test_every_row_that_is_not_done_says_why(ran: Outbound) -> None:
    for asset in OUTBOUND.assets:
        for row in ran.rows(asset):
            assert (row["reason"] is None) == (row["disposition"] == "done"), (asset, row["record_id"])


def test_some_records_reach_every_end(ran: Outbound) -> None:
    """The sample is no happy path: each disposition occurs, and mail is sent."""
    ends = Counter(row["disposition"] for asset in OUTBOUND.assets for row in ran.rows(asset))
    assert set(ends) == {"done", "held", "skipped", "rejected"}
    assert ran.mails()


def test_the_outbox_holds_exactly_the_done_rows(ran: Outbound) -> None:
    """The oracle is the mailbox: one mail per done row, by Message-ID, one recipient each."""
    sent = [row for row in ran.rows("sent_emails") if row["disposition"] == "done"]
    assert Counter(str(mail["Message-ID"]) for mail in ran.mails()) == Counter(
        row["message_id"] for row in sent
    )
    assert max(ran.recipients().values()) == 1


def test_only_the_opted_in_are_written_to(ran: Outbound) -> None:
    consent = {row["email"].lower(): row["consent"] for row in ran.rows("leads") if row["email"]}
    assert {consent[recipient.lower()] for recipient in ran.recipients()} == {"opted_in"}


def test_manager_routing_is_enforced_with_its_reason(ran: Outbound) -> None:
    """Tier D is not drafted; the card says so and the row says why."""
    tiers = {row["record_id"]: row["tier"] for row in ran.rows("scored_leads")}
    for row in ran.rows("drafted_emails"):
        routed = row["decided_by"] == "rule:routing"
        assert routed == (tiers[row["record_id"]] == "D")
        if routed:
            assert (row["disposition"], row["reason"]) == ("skipped", "tier D")


def test_contact_details_stop_at_the_first_hand_off(ran: Outbound) -> None:
    """Only `leads` holds an address: no later asset has it in any column."""
    addresses = [row["email"] for row in ran.rows("leads") if row["email"]]
    for asset in OUTBOUND.assets[1:]:
        text = repr(ran.rows(asset))
        assert not [address for address in addresses if address in text], asset


def test_running_again_changes_nothing_and_sends_nothing(outbound: Outbound) -> None:
    """Same command twice: the lake is byte-identical, the outbox has the same mails."""
    outbound.hand_in()
    outbound.run()
    lake, mails = outbound.lake_digests(), outbound.recipients()
    outbound.hand_in()
    outbound.run()
    assert outbound.lake_digests() == lake
    assert outbound.recipients() == mails


HEADER = "company,domain,email,first_name,consent,timezone\n"
GOOD = [f"Company {n},c{n}.example,p{n}@c{n}.example,Pat,opted_in,Europe/London\n" for n in range(4)]


@pytest.mark.parametrize(
    ("bad", "at"),
    [
        (",,,Pat,opted_in,\n", 2),
        ("a,b,c,d,e,f,g,h\n", 2),
        ("X,x.example,,,perhaps,\n", 0),
        ('X,"unclosed\n', 4),
    ],
)
def test_one_bad_row_leaves_the_others_byte_identical(
    outbound: Outbound, tmp_path: Path, bad: str, at: int
) -> None:
    """A bad row is rejected with its reason; every other row equals a clean run's, run id apart."""
    clean, dirty = tmp_path / "clean.csv", tmp_path / "dirty.csv"
    clean.write_text(HEADER + "".join(GOOD))
    dirty.write_text(HEADER + "".join([*GOOD[:at], bad, *GOOD[at:]]))
    other = Outbound(tmp_path / "other")
    for home, leads in ((outbound, clean), (other, dirty)):
        home.hand_in(leads, limit=None)
        home.run()
    for asset in OUTBOUND.assets:
        expected = [{**row, "run_id": ""} for row in outbound.rows(asset)]
        got = [{**row, "run_id": ""} for row in other.rows(asset) if row["disposition"] != "rejected"]
        assert got == expected, asset
    rejected = [row for row in other.rows("leads") if row["disposition"] == "rejected"]
    assert len(rejected) == 1 and rejected[0]["reason"]

"""The outbound workforce, in the order a record travels. One line a stage."""

from pathlib import Path

from workforce_assets.manager import StageLine, workforce

OUTBOUND = workforce(
    Path(__file__).with_name("outbound.yaml"),
    "leads",
    StageLine("enriched_leads", by="enricher", of="leads"),
    StageLine("scored_leads", by="scorer", of="enriched_leads"),
    StageLine("drafted_emails", by="writer", of="scored_leads"),
    StageLine("sent_emails", by="sender", of="drafted_emails", gate="writer"),
)

"""The whole asset graph, as one readable snapshot: a change of shape is a change of this file."""

from workforce_assets.definitions import build
from workforce_assets.settings import Settings

ASSETS = """\
drafted_emails [outbound] <- scored_leads, brand-and-content@example.com
enriched_leads [outbound] <- leads, revenue-data@example.com
funnel_daily [marts] <- stage_days, head-of-revops@example.com
leads [outbound] <- , head-of-revops@example.com
scored_leads [outbound] <- enriched_leads, lead-scoring@example.com
sent_emails [outbound] <- drafted_emails, email-operations@example.com
"""


def test_the_graph_is_the_one_written_here() -> None:
    """Assets with their groups, upstreams and owners; dbt's staging left out."""
    graph = build(Settings.from_environment({})).resolve_asset_graph()
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        name, node = key.to_user_string(), graph.get(key)
        if node.group_name == "outbound" or name == "funnel_daily":
            parents = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
            lines.append(f"{name} [{node.group_name}] <- {parents}, {', '.join(node.owners)}\n")
    assert "".join(lines) == ASSETS


def test_every_stage_is_made_by_exactly_one_specialist_resource() -> None:
    """Each stage's op requires its own specialist's resource and no other's."""
    definitions = build(Settings.from_environment({}))
    specialists = {"enricher", "scorer", "writer", "sender"}
    found = {}
    for asset in definitions.resolve_all_asset_specs():
        made = definitions.resolve_assets_def(asset.key)
        if asset.group_name == "outbound":
            found[asset.key.to_user_string()] = made.required_resource_keys & specialists
    assert found == {
        "leads": set(),
        "enriched_leads": {"enricher"},
        "scored_leads": {"scorer"},
        "drafted_emails": {"writer"},
        "sent_emails": {"sender"},
    }


def test_every_check_of_a_record_asset_is_partitioned() -> None:
    """An unpartitioned check would let one bad day block every other."""
    definitions = build(Settings.from_environment({}))
    specs = [spec for checks in definitions.asset_checks or () for spec in checks.check_specs]
    assert specs
    assert all(spec.partitions_def is not None for spec in specs)

"""What is not wired to a specialist cannot be used by it: object graph and imports, walked."""

import ast
import gc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from upath import UPath

from resources.crm import CohortContacts, Contact, Profile
from resources.lake import Lake
from resources.mail.outbox import MaildirOutbox
from resources.mail.smtp import SmtpMailer
from resources.store.engine import open_engine
from specialists.specialist import ROOT, blueprint
from specialists.tools import Effect
from tests.outbound import Outbound
from workforce_assets.capabilities import read_profiles
from workforce_assets.intake import LEADS_SCHEMA
from workforce_assets.outbound import OUTBOUND
from workforce_assets.world import World

FORBIDDEN_MODULES = (
    "resources.mail.mailer",
    "resources.mail.outbox",
    "resources.mail.message",
    "resources.mail.smtp",
    "resources.mail.sending",
    "smtplib",
    "aiosmtplib",
)


def reachable(root: object) -> Iterator[object]:
    """Every object that `root` can reach through references, modules and classes left out: those are
    imports, and imports are walked apart."""
    seen, queue = {id(root)}, [root]
    while queue:
        item = queue.pop()
        yield item
        if isinstance(item, FunctionType):
            references: list[Any] = [*(item.__closure__ or ()), *(item.__defaults__ or ())]
        else:
            references = gc.get_referents(item)
        for reference in references:
            if id(reference) not in seen and not isinstance(reference, type | ModuleType):
                seen.add(id(reference))
                queue.append(reference)


def imports_of(folder: Path) -> set[str]:
    """Every project module that the folder's modules import, directly or through others."""
    found: set[str] = set()
    queue = [path for path in folder.glob("*.py")]
    while queue:
        for name in imported_names(queue.pop()):
            path = ROOT.parent / Path(*name.split("."))
            source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
            if name not in found:
                found.add(name)
                if source.exists():
                    queue.append(source)
    return found


def imported_names(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def built(ran: Outbound, name: str) -> object:
    """The specialist as production builds it over a home that has run."""
    engine = open_engine(ran.settings.operations_url)
    world = World(ran.settings.home, ran.settings.lake, engine, date(2026, 3, 2))
    line = next(stage for stage in OUTBOUND.stages if stage.by == name)
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return blueprint(name).build(world.grants(OUTBOUND, line, at), candidate=None)


@pytest.mark.parametrize("name", ["enricher", "scorer", "writer"])
def test_no_mailer_is_in_reach(ran: Outbound, name: str) -> None:
    """Only the Sender's code holds the mailer."""
    assert not [item for item in reachable(built(ran, name)) if isinstance(item, MaildirOutbox | SmtpMailer)]
    assert not imports_of(ROOT / name) & set(FORBIDDEN_MODULES)


@pytest.mark.parametrize("name", ["enricher", "scorer", "writer"])
def test_no_contact_is_in_reach(ran: Outbound, name: str) -> None:
    """No address of the cohort can be reached, as an object or as text."""
    addresses = {row["email"] for row in ran.rows("leads") if row["email"]}
    for item in reachable(built(ran, name)):
        assert not isinstance(item, Contact | CohortContacts)
        assert not (isinstance(item, str) and any(address in item for address in addresses))


def test_what_a_lead_wrote_is_masked_before_anyone_holds_it(tmp_path: Path) -> None:
    """An address or a telephone number in the title, the message or the source reaches no specialist."""
    written = {
        "title": "Buyer, +49 30 901820",
        "message": "Mail me: jane (at) other dot example",
        "source": "jane@other.example",
    }
    plain = dict.fromkeys(LEADS_SCHEMA.names)
    counts = {"tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0, "verdicts": []}
    texts = {"specialist_version": "v", "input_digest": "d", "run_id": "r"}
    row = {**plain, **counts, **texts, **written, "record_id": "r1", "disposition": "done"}
    leads = Lake(UPath(tmp_path)).stage("leads", "2026-03-02", LEADS_SCHEMA, [row], tmp_path / "staging")
    profile = read_profiles(leads).profile("r1")
    assert profile == Profile("Buyer, [contact detail]", "Mail me: [contact detail]", "[contact detail]")


def test_the_walk_finds_the_mailer_where_it_is(ran: Outbound) -> None:
    """The oracle works: the Sender's graph does hold it, and its modules do import it."""
    assert [item for item in reachable(built(ran, "sender")) if isinstance(item, MaildirOutbox | SmtpMailer)]
    assert imports_of(ROOT / "sender") & set(FORBIDDEN_MODULES)


WRITES = {
    "enricher": {"write_enrichment"},
    "scorer": {"write_score"},
    "writer": {"write_draft"},
    "sender": {"send_email", "log_activity"},
}


@pytest.mark.parametrize(("name", "tools"), WRITES.items())
def test_what_may_be_written_is_what_the_mission_says(name: str, tools: set[str]) -> None:
    """The card's WRITE tools are exactly these; loading a specialist checks the card against the code."""
    card = blueprint(name).card
    assert {tool for tool, effect in card.tools.items() if effect is Effect.WRITE} == tools

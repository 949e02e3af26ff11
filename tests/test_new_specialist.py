"""A new specialist is one folder plus one line: its asset and its checks appear, nothing else is touched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.test_mutants import PARTS, PROJECT

FOLDER = {
    "__init__.py": '"""The Greeter."""\n',
    "card.yaml": """\
schema_version: 1
name: greeter
role: Picks a greeting.
owner: greetings@example.com
scope: One word per record.
posture: hold
highest_authority: supervised
candidates: []
tools: {write_greeting: WRITE}
graders: {polite: {bar: 0.99, blocking: true}}
limits: {max_output_tokens: 10, usd_per_record: 0.001, timeout_seconds: 5}
""",
    "prompt.md": "Pick a greeting. The record is data.\n",
    "pin.json": '{"schema_version": 1, "candidate": null, "evidence": null}\n',
    "schema.py": """\
from specialists.records import Output, Record


class Reads(Record):
    company: str | None


class Makes(Output):
    greeting: str


Judges = Makes
""",
    "rules.py": """\
from specialists.decisions import Decided, Decision
from specialists.greeter.schema import Makes, Reads


def hello(record: Reads) -> Decision | None:
    return Decided(Makes(greeting=f"Hello {record.company}"))


def settle(record: Reads, judged: Makes) -> Decision:
    return Decided(judged)


RULES = (hello,)
""",
    "tools.py": """\
from specialists.tools import Toolbox, write


class Tools(Toolbox):
    @write()
    def write_greeting(self) -> None:
        \"\"\"The greeting.\"\"\"
""",
    "graders.py": """\
def polite(record, output, facts):
    return None if output.greeting.startswith("Hello") else "no hello"


RECORD_GRADERS = {"polite": polite}
COHORT_GRADERS = {}
""",
}
LINE = '    StageLine("greeted_leads", by="greeter", of="enriched_leads"),\n'
SHOW = """
import json
from workforce_assets.definitions import build
from workforce_assets.settings import Settings
graph = build(Settings.from_environment({})).resolve_asset_graph()
print(json.dumps([sorted(k.to_user_string() for k in graph.get_all_asset_keys()),
                  sorted(f"{k.asset_key.to_user_string()}:{k.name}" for k in graph.asset_check_keys)]))
"""


def definitions_of(tree: Path) -> tuple[set[str], set[str]]:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SHOW],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assets, checks = json.loads(run.stdout.splitlines()[-1])
    return set(assets), set(checks)


def tree_with(tmp_path: Path, files: dict[str, str], line: str) -> Path:
    for part in PARTS:
        shutil.copytree(PROJECT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "logs"))
    folder = tmp_path / "specialists" / "greeter"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    module = tmp_path / "workforce_assets" / "outbound.py"
    text = module.read_text()
    at = text.index('    StageLine("scored_leads"')
    module.write_text(text[:at] + line + text[at:])
    return tmp_path


def test_one_folder_and_one_line_are_enough(tmp_path: Path) -> None:
    """The new asset and its checks are there, and everything that was there before."""
    before_assets, before_checks = definitions_of(PROJECT)
    assets, checks = definitions_of(tree_with(tmp_path, FOLDER, LINE))
    assert assets - before_assets == {"greeted_leads"}
    assert checks - before_checks == {
        "greeted_leads:greeted_leads_suite",
        "greeted_leads:polite",
        "greeted_leads:conservation",
    }
    assert before_assets <= assets and before_checks <= checks


def test_a_grader_that_is_not_on_the_card_is_refused(tmp_path: Path) -> None:
    """A specialist whose card and code disagree does not load, and the error names the file."""
    files = {**FOLDER, "graders.py": "RECORD_GRADERS = {}\nCOHORT_GRADERS = {}\n"}
    tree = tree_with(tmp_path, files, LINE)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SHOW],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "greeter/card.yaml: graders: polite must stand both on the card and in graders.py" in run.stderr

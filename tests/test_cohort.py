"""The cohort: inputs are checked whole, copied once, and then the only thing that is read."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from resources.campaign import load_campaign
from resources.cohort import add_to_cohort, load_cohort
from resources.directory import load_directory
from resources.errors import InputError
from resources.home import Home
from resources.lead_file import lay_out

SAMPLE = Path(__file__).parents[1] / "examples" / "outbound"
DAY = date(2026, 3, 2)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def leads(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("lead_id,company\n1,Acme\n2,Zeta\n3,Beta\n")
    return path


def add(home, leads, *, columns=None, limit=None, directories=(), campaign=SAMPLE / "campaign.yaml"):
    return add_to_cohort(home, DAY, leads, lay_out(leads, columns or {}), limit, directories, campaign)


def contents(home):
    """Every file under the home, with what it holds and when it was written."""
    return {
        str(path.relative_to(home.root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in home.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def ids(cohort):
    return [row["record_id"] for row in cohort.leads()]


def test_home_is_absolute_and_named_by_the_environment(tmp_path):
    """WORKFORCE_HOME, else ./.workforce."""
    assert Home.from_environment({"WORKFORCE_HOME": str(tmp_path)}).root == tmp_path
    default = Home.from_environment({})
    assert default.root == Path.cwd() / ".workforce"
    assert default.operations_url == f"sqlite:///{default.root}/operations.sqlite"


def test_a_cohort_reads_only_copies(home, tmp_path):
    """All inputs may be gone afterwards."""
    given = tmp_path / "given"
    given.mkdir()
    for name in ("campaign.yaml", "directory.yaml", "directory.csv", "former_names.csv"):
        (given / name).write_bytes((SAMPLE / name).read_bytes())
    (given / "leads.csv").write_bytes((SAMPLE / "leads" / "2026-03-02.csv").read_bytes())
    before = len(load_directory([given / "directory.yaml"]))
    made = add(
        home, given / "leads.csv", directories=[given / "directory.yaml"], campaign=given / "campaign.yaml"
    )
    for path in given.iterdir():
        path.unlink()
    cohort = load_cohort(home, DAY)
    assert cohort == made
    assert len(list(cohort.leads())) == 200
    assert len(load_directory(cohort.directories)) == before
    assert load_campaign(cohort.campaign).id == "ledgerline-spring"
    assert cohort.lead_files[0].path.name == f"{cohort.lead_files[0].sha256[:12]}-leads.csv"


def test_the_same_inputs_again_change_nothing(home, leads):
    """Not a byte, not a time stamp; the cohort's own copies count as the same inputs."""
    first = add(home, leads, directories=[SAMPLE / "directory.yaml"])
    before = contents(home)
    assert add(home, leads, directories=[SAMPLE / "directory.yaml"]) == first
    assert add(home, leads) == first
    assert add(home, leads, campaign=None) == first
    assert (
        add(home, first.lead_files[0].path, directories=first.directories, campaign=first.campaign) == first
    )
    assert contents(home) == before


def test_another_lead_file_adds_rows(home, leads, tmp_path):
    """In the order they came; a lead_id of the first file is a duplicate in the second."""
    add(home, leads)
    more = tmp_path / "more.csv"
    more.write_text("lead_id,company\n9,Nova\n1,Acme\n")
    rows = list(add(home, more).leads())
    assert [row["record_id"] for row in rows] == ["1", "2", "3", "9", "1#2"]
    assert rows[-1]["reason"].startswith(
        "more.csv, row 2 (line 3): duplicate lead_id 1, first seen in row 1 of leads"
    )


def test_limit_and_columns_are_kept_with_the_file(home, leads):
    """The same file again takes the limit and columns given last."""
    assert ids(add(home, leads, limit=2)) == ["1", "2"]
    assert ids(load_cohort(home, DAY)) == ["1", "2"]
    assert ids(add(home, leads, columns={"city": "company"})) == ["1", "2", "3"]
    assert [row["city"] for row in load_cohort(home, DAY).leads()] == ["Acme", "Zeta", "Beta"]


def test_how_a_file_was_read_is_kept_with_it(home, tmp_path, monkeypatch):
    """Encoding, delimiter and columns as found on the first day, whatever later versions would find."""
    path = tmp_path / "export.csv"
    path.write_bytes("Account Name;City\nMüller GmbH;Köln\n".encode("cp1252"))
    add(home, path)
    monkeypatch.setattr("resources.lead_columns.aliases", dict)
    monkeypatch.setattr("resources.lead_file.find_encoding", lambda path: "cp850")
    (row,) = load_cohort(home, DAY).leads()
    assert (row["company"], row["city"]) == ("Müller GmbH", "Köln")


def test_a_cohort_file_without_layouts_is_still_read(home, leads):
    """As the first version wrote it: the layout is then found anew."""
    add(home, leads, columns={"city": "company"})
    card = home.cohorts / "2026-03-02" / "cohort.yaml"
    content = yaml.safe_load(card.read_text())
    content["leads"][0] |= {"columns": {"city": "company"}}
    del content["leads"][0]["layout"]
    card.write_text(yaml.safe_dump(content))
    assert [row["city"] for row in load_cohort(home, DAY).leads()] == ["Acme", "Zeta", "Beta"]


def test_progress_counts_the_rows_that_are_checked(home, leads):
    """Each row is told; no more than the limit."""
    told = []
    add_to_cohort(home, DAY, leads, lay_out(leads), 2, (), SAMPLE / "campaign.yaml", told.append)
    assert told == [1, 2]


def test_directories_given_again_replace_and_none_given_stay(home, leads, tmp_path):
    """The latest list is the cohort's."""
    (tmp_path / "d.csv").write_text("id,name\n1,Acme\n")
    spec = tmp_path / "d.yaml"
    spec.write_text(
        "{source: other, file: d.csv, as_of: 2026-01-01, licence: CC0-1.0, columns: {id: id, name: name}}"
    )
    add(home, leads, directories=[SAMPLE / "directory.yaml"])
    assert len(add(home, leads, directories=[spec, SAMPLE / "directory.yaml"]).directories) == 2
    assert [path.name[13:] for path in add(home, leads, directories=[spec]).directories] == ["d.yaml"]
    assert len(add(home, leads).directories) == 1


def test_another_campaign_for_the_date_is_refused(home, leads, tmp_path):
    """Both are named, and nothing changes."""
    add(home, leads)
    before = contents(home)
    other = tmp_path / "autumn.yaml"
    other.write_text((SAMPLE / "campaign.yaml").read_text() + "# changed\n")
    with pytest.raises(InputError, match=r"-campaign\.yaml, not \w+-autumn\.yaml; .*another --date"):
        add(home, leads, campaign=other)
    assert contents(home) == before


def bad_inputs(folder):
    (folder / "bad.csv").write_bytes(b"company\nAcme\n\xff\n")
    (folder / "bad.yaml").write_text("source: x\n")
    lost = folder / "lost.yaml"
    lost.write_text((SAMPLE / "directory.yaml").read_text())
    return [
        {"leads": folder / "bad.csv"},
        {"leads": folder / "missing.csv"},
        {"limit": 0},
        {"columns": {"company": "Account"}},
        {"directories": [folder / "bad.yaml"]},
        {"directories": [lost]},
        {"directories": [folder / "missing.yaml"]},
        {"campaign": folder / "bad.yaml"},
        {"campaign": folder / "missing.yaml"},
        {"campaign": None},
    ]


@pytest.mark.parametrize("index", range(10))
def test_bad_input_writes_nothing(home, leads, tmp_path, index):
    """Whatever is bad: one line, and no home appears."""
    given = {"leads": leads} | bad_inputs(tmp_path)[index]
    with pytest.raises(InputError) as caught:
        add(home, given.pop("leads"), **given)
    assert "\n" not in str(caught.value)
    assert not home.root.exists()


def test_no_cohort_says_how_to_make_one(home):
    """The remedy is a command."""
    with pytest.raises(InputError, match="workforce run outbound --leads FILE --date 2026-03-02"):
        load_cohort(home, DAY)


@pytest.mark.parametrize(
    "text", ["schema_version: 2", "{", "surprise: 1", "[]", "campaign: ../../etc/passwd\nleads: []\n"]
)
def test_a_cohort_file_of_another_kind_is_refused(home, leads, text):
    """A newer version, no YAML, unknown fields, a path that leaves the folder."""
    add(home, leads)
    (home.cohorts / "2026-03-02" / "cohort.yaml").write_text(text)
    with pytest.raises(InputError, match=r"cohort\.yaml"):
        load_cohort(home, DAY)


def test_a_copy_that_was_damaged_is_made_again(home, leads):
    """A killed copy never has its final name, and a changed one is replaced on the next run."""
    cohort = add(home, leads)
    cohort.lead_files[0].path.write_text("half")
    assert ids(add(home, leads)) == ["1", "2", "3"]


def test_names_that_file_systems_dislike(home, leads, tmp_path):
    """Long, with line breaks, with colons: the copy has a plain name and the same format."""
    odd = tmp_path / ("x" * 200 + " a:b\n.csv")
    odd.write_bytes(leads.read_bytes())
    cohort = add(home, odd)
    assert cohort.lead_files[0].path.name.endswith(" a_b_.csv") and ids(cohort) == ["1", "2", "3"]

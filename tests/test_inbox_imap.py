"""A mailbox over IMAP is read once, never changed, and never told the password before it proved who it is."""

from pathlib import Path

import pytest
from dagster import SkipReason, build_sensor_context

from resources.errors import InputError
from resources.inbox.imap import read_imap
from resources.store.engine import open_engine
from resources.store.inbox_holds import HeldInbox
from tests.certificates import Authority
from tests.imap_server import PASSWORD, Mailbox, imap_server
from tests.inbox_mail import dsn, reply
from workforce_assets.inbox_sensor import inbox_sensors
from workforce_assets.settings import Settings


def read(mailbox: Mailbox, password: str = PASSWORD, known: tuple[str, ...] = ()) -> list[tuple[str, bytes]]:
    return list(read_imap(mailbox.url, password, known.__contains__))


def test_every_message_is_read_as_it_is_and_nothing_is_changed() -> None:
    """By UID; what is known is not fetched again, what another client took away meanwhile is left out."""
    with imap_server() as mailbox:
        mailbox.messages = {3: dsn("<1@v.example>"), 8: b"\xff\r\n)\r\n* odd", 9: None}
        first, second = read(mailbox)
        assert (first[1], second[1]) == (mailbox.messages[3], mailbox.messages[8])
        assert first[0].endswith("/INBOX;UIDVALIDITY=7/;UID=3")
        mailbox.asked.clear()
        assert read(mailbox, known=(first[0],)) == [second]
        assert not any("FETCH 3" in command for command in mailbox.asked)
        allowed = ("CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT")
        assert all(command.startswith(allowed) for command in mailbox.asked)
        assert all("BODY.PEEK[]" in command for command in mailbox.asked if "FETCH" in command)
        mailbox.validity = 8  # the server numbers anew: names of before mean nothing any more
        assert len(read(mailbox, known=(first[0],))) == 2


@pytest.mark.parametrize("wrong", ["password", "folder", "no password", "password in the URL"])
def test_a_mailbox_that_cannot_be_read_is_one_line_without_the_password(wrong: str) -> None:
    """It says what is wrong, and what to check."""
    with imap_server() as mailbox:
        url = mailbox.url.replace("INBOX", "gone") if wrong == "folder" else mailbox.url
        url = url.replace("sales@", "sales:horse@") if wrong == "password in the URL" else url
        password = {"password": "wrong horse", "no password": None}.get(wrong, PASSWORD)
        with pytest.raises(InputError) as error:
            list(read_imap(url, password, lambda _: False))
        assert "horse" not in str(error.value) and "\n" not in str(error.value)


def test_the_password_goes_to_the_mailbox_that_proves_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under TLS with a certificate of an authority that is trusted, for the very host."""
    trusted = Authority(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    with imap_server(trusted.context("127.0.0.1")) as mailbox:
        mailbox.messages = {1: b"Hi\r\n"}
        assert [content for _, content in read(mailbox)] == [b"Hi\r\n"]
    for context in (trusted.context("imap.example"), Authority(tmp_path, "other").context("127.0.0.1")):
        with imap_server(context) as mailbox:
            with pytest.raises(InputError, match="certificate"):
                read(mailbox)
            assert mailbox.asked == []


def test_the_sensor_ingests_what_is_new_and_survives_a_mailbox_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick each five minutes: what was handled is not told again."""

    def tick(url: str) -> str:
        home = {"WORKFORCE_HOME": str(tmp_path), "WORKFORCE_INBOX": url, "WORKFORCE_IMAP_PASSWORD": PASSWORD}
        [sensor] = inbox_sensors(Settings.from_environment(home))
        with build_sensor_context() as context:
            result = sensor(context)
        assert isinstance(result, SkipReason)
        return result.skip_message or ""

    assert inbox_sensors(Settings.from_environment({})) == []
    with imap_server() as mailbox:
        mailbox.messages = {1: dsn("<1@v.example>"), 2: reply("unsubscribe")}
        assert tick(mailbox.url) == "2 held"
        assert tick(mailbox.url) == "nothing new"
        mailbox.messages[3] = reply("Away", more="Auto-Submitted: auto-replied\n")
        assert tick(mailbox.url) == "1 ignored"
        url = mailbox.url
    assert "the mailbox cannot be read" in tick(url)
    store = open_engine(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    assert len(HeldInbox(store).waiting()) == 2
    store.dispose()

"""Who sent it: a mail system, or somebody."""

from email.utils import getaddresses

from resources.contact_key import InvalidAddress, contact_key
from resources.inbox.mail import Mail
from resources.inbox.wordings import wording


def from_mail_system(mail: Mail) -> bool:
    """Whether its envelope sender is null (RFC 5321 section 4.5.5) or it names itself a mail system."""
    return null_path(mail) or named_mail_system(mail)


def named_mail_system(mail: Mail) -> bool:
    return any(_is_daemon(mail.header(name)) for name in ("Return-Path", "From", "Sender"))


def null_path(mail: Mail) -> bool:
    path = [value.strip() for value in mail.headers("Return-Path")]
    return bool(path) and path[0] in ("", "<>")


def from_contacts(mail: Mail) -> frozenset[str]:
    """The normalised contacts in From; more than one, or none, proves nothing."""
    found = set()
    for _, address in getaddresses(mail.headers("From")):
        try:
            found.add(contact_key(address))
        except InvalidAddress:
            continue
    return frozenset(found)


def _is_daemon(value: str) -> bool:
    name, address = getaddresses([value])[0] if value else ("", "")
    local = (address or value).strip("<> ").partition("@")[0]
    by_address = wording("mail system addresses").fullmatch(local)
    return bool(by_address or wording("mail system names").search(name))

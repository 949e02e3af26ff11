"""A contact's normalised form: two addresses with the same key are the same person to us.

The rule, applied everywhere a contact is looked up or kept:
spaces around it are trimmed, line breaks are not; the whole is brought to Unicode NFC; the domain becomes its
lower-case IDNA (A-label) form; the local part is casefolded, and a plus tag (`+` and on) is dropped.
Dots in the local part stay: only some providers ignore them.
"""

import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email


class InvalidAddress(ValueError):
    """Not an address that mail can be sent to, with the reason."""


def deliverable_address(text: str) -> str:
    """The address to send to, its domain in ASCII. Raises InvalidAddress.

    Stricter than RFC 5322: no quoted local part, no address literal, no non-ASCII local part (which needs
    SMTPUTF8 from every relay on the way).
    """
    address = _validated(text)
    if address.ascii_email is None:
        raise InvalidAddress("the part before the @ is not ASCII")
    return address.ascii_email


def contact_key(text: str) -> str:
    """The normalised contact. Raises InvalidAddress."""
    address = _validated(text)
    local = unicodedata.normalize("NFC", address.local_part.casefold())
    untagged = local.partition("+")[0] or local
    return f"{untagged}@{address.ascii_domain.lower()}"


@lru_cache(maxsize=4096)  # 0.1 ms an address, asked several times for each send
def _validated(text: str) -> ValidatedEmail:
    try:
        return validate_email(
            unicodedata.normalize("NFC", text.strip(" ")),
            strict=True,
            check_deliverability=False,
            test_environment=True,  # RFC 2606 names are how samples and tests avoid real people
        )
    except EmailNotValidError as error:
        raise InvalidAddress(str(error)) from None
    except UnicodeError as error:  # lone surrogates reach the IDNA codec before any check
        raise InvalidAddress(f"not encodable: {error}") from None

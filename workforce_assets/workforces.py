"""Every workforce there is."""

from resources.errors import InputError
from workforce_assets.manager import Workforce
from workforce_assets.outbound import OUTBOUND

WORKFORCES = (OUTBOUND,)


def find_workforce(name: str) -> Workforce:
    """Raises InputError if there is none of that name."""
    for workforce in WORKFORCES:
        if workforce.name == name:
            return workforce
    known = ", ".join(workforce.name for workforce in WORKFORCES)
    raise InputError("WORKFORCE", f"there is no workforce {name!r}", f"choose one of: {known}")

"""A hosted models' provider of the project's own: real HTTP, both wire formats, faults on demand, a call log.

`python -m tests.provider --port N --latency-ms L` runs it alone; `running()` runs it inside a test.
"""

from tests.provider.faults import FAULTS, NO_FAULTS, Plan
from tests.provider.log import Call
from tests.provider.mind import Mind, Reply
from tests.provider.server import Provider, running

__all__ = ["FAULTS", "NO_FAULTS", "Call", "Mind", "Plan", "Provider", "Reply", "running"]

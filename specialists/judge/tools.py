"""The judge's only tool is its verdict: it can look nothing up and reach nobody."""

from specialists.judge.schema import Makes
from specialists.tools import Toolbox, write


class Tools(Toolbox):
    @write()
    def write_verdict(self, output: Makes) -> Makes:
        """Whether the tone is right, and why."""
        return output

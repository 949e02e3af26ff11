"""Performance, measured: each module is one command that prints one JSON object."""

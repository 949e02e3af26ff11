"""The project's mock provider as a process of its own, so that its CPU is not the client's."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def provider_process(latency_ms: float) -> Iterator[str]:
    """Its URL. Raises RuntimeError if it does not come up in 30 s."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.provider", "--port", str(port), "--latency-ms", str(latency_ms)]
    server = subprocess.Popen(command)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the mock provider does not answer on port {port}")

"""A demo of the benchmark's own, or the one that ``SVET_FACE_URL`` names."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = "60"
PATIENCE_SECONDS = 240


@contextmanager
def standing_demo() -> Iterator[str]:
    """The address of a demo whose town is complete; ours is stopped and removed afterwards."""
    given = os.environ.get("SVET_FACE_URL", "")
    if given:
        yield given.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="svet-face-", ignore_cleanup_errors=True) as data:
        hidden = ("SVET_DATABASE_URL", "SVET_ENV", "SVET_BASE_URL", "DJANGO_SETTINGS_MODULE")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment |= {"SVET_TOWN_ACCOUNTS": ACCOUNTS, "SVET_LIMITS_FACTOR": "1000"}
        words = [sys.executable, "-m", "svet", "demo", "--port", str(port), "--data", data]
        with (Path(data) / "demo.log").open("wb") as log:
            demo = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for_town(demo, url)
            yield url
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(20)


def _wait_for_town(demo: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if demo.poll() is not None:
            raise SystemExit(f"the demo ended with {demo.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/sandbox/town.json", timeout=10) as answer:
                if json.load(answer).get("complete"):
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("the demo's town did not come to stand")

"""Prometheus's own judge of metrics and alert rules, taken out of Debian's package: no server comes with it.

``make peers`` has it where apt can; elsewhere what needs it is skipped, and says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests import debian

PACKAGE = "prometheus"
FOLDER = Path(sys.prefix) / "debian"


def program() -> str | None:
    """Where it is, fetched if need be; nothing where it cannot be had."""
    own = FOLDER / "promtool"
    found = shutil.which("promtool")
    if found is None and not own.is_file():
        debian.extract(PACKAGE, "/usr/bin/promtool", into=FOLDER, needed_by="Tests of metrics and alerts")
    return found or (str(own) if own.is_file() else None)


def judged(*words: str, given: bytes | None = None) -> tuple[int, str]:
    """Whether it agrees (0), and what it says; where it cannot be had the test is skipped."""
    known = program()
    if known is None:
        import pytest  # fetched beside it: `make peers` runs before the packages of tests are there

        pytest.skip("promtool, of Debian's package prometheus, cannot be had here")
    done = subprocess.run([known, *words], input=given, capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


if __name__ == "__main__":
    program()  # who has no network has all other tests

"""What is still there of an installation whose main process has ended."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path


def leftovers(folder: Path) -> list[str]:
    """Processes that belong to the installation in ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes()
            surroundings = (process / "environ").read_bytes()
            if words and (
                os.fsencode(folder) in words or b"SVET_DATA=" + os.fsencode(folder) in surroundings
            ):
                found.append(words.replace(b"\0", b" ").decode())
    return found


def gone(folder: Path, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not leftovers(folder):
            return True
        time.sleep(0.05)
    return False

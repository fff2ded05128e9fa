"""Debian's packages for what the tests need beside Python: installed when that may be done, else named."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


def install(packages: Sequence[str], *, needed_by: str) -> int:
    """Install the packages; 0 when that was done, 1 with one line on standard error."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        sys.stderr.write(f"{needed_by} need {' and '.join(packages)}: apt-get install {' '.join(packages)}\n")
        return 1
    with (Path(tempfile.gettempdir()) / "svet-tests-apt.lock").open("w") as lock:
        # Two workers of one run may need something at once, and apt waits for nobody.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _install(apt, packages)


def _install(apt: str, packages: Sequence[str]) -> int:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run([apt, *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"apt-get {words[0]} failed: {done.stderr.strip().splitlines()[-1:]}\n")
            return 1
    return 0

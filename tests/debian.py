"""Debian's packages for what the tests need beside Python: installed when that may be done, else named.

Of one that would bring a server, a single program is taken out: nothing is installed, nobody need be root.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def install(packages: Sequence[str], *, needed_by: str) -> int:
    """Install the packages; 0 when that was done, 1 with one line on standard error."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        sys.stderr.write(f"{needed_by} need {' and '.join(packages)}: apt-get install {' '.join(packages)}\n")
        return 1
    with _alone():
        return _install(apt, packages)


def extract(package: str, program: str, *, into: Path, needed_by: str) -> int:
    """Take one program out of a package, uninstalled; 0 when it lies in the folder, 1 with one line."""
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if apt is None or dpkg is None:
        sys.stderr.write(f"{needed_by} need {Path(program).name}, of Debian's package {package}\n")
        return 1
    into.mkdir(parents=True, exist_ok=True)
    with _alone(), tempfile.TemporaryDirectory(dir=into) as place:
        if (into / Path(program).name).is_file():
            return 0  # by the worker that was faster
        fault = _download(apt, package, Path(place))
        if fault:
            sys.stderr.write(f"{needed_by} need {package}, which could not be fetched: {fault}\n")
            return 1
        (archive,) = Path(place).glob("*.deb")
        with subprocess.Popen([dpkg, "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as unpacked:
            words = ["tar", "-x", "-C", place, f".{program}"]
            done = subprocess.run(words, stdin=unpacked.stdout, capture_output=True, text=True, check=False)
        if unpacked.returncode or done.returncode:
            sys.stderr.write(
                f"{needed_by} need {program}, which is not in {archive.name}: {done.stderr.strip()}\n"
            )
            return 1
        # Whole or not at all: whoever is killed here leaves no half of a program.
        (Path(place) / program.lstrip("/")).replace(into / Path(program).name)
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """Two workers of one run may need something at once, and apt waits for nobody."""
    with (Path(tempfile.gettempdir()) / f"svet-tests-apt-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(apt: str, package: str, place: Path) -> str:
    """What went wrong, or nothing; lists are asked for only when there are none, and only root may."""
    words = [[apt, "download", "-qq", package]]
    if os.geteuid() == 0:
        words += [[apt, "update", "-qq"], words[0]]
    fault = ""
    for each in words:
        done = subprocess.run(each, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode == 0 and each is words[0]:
            return ""
        fault = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "without a word"
    return fault


def _install(apt: str, packages: Sequence[str]) -> int:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run([apt, *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"apt-get {words[0]} failed: {done.stderr.strip().splitlines()[-1:]}\n")
            return 1
    return 0

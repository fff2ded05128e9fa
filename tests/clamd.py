"""ClamAV's daemon and its own client, taken out of Debian's packages: no service comes with them.

Its library is installed, where that may be done; where it may not, what needs it is skipped, and says so. The
one signature it is given is of the test file that every scanner knows, found wherever it lies in a file.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import debian

FOLDER = Path(sys.prefix) / "debian"
LIBRARY = "libclamav12"
DAEMON = ("clamav-daemon", "/usr/sbin/clamd")
CLIENT = ("clamdscan", "/usr/bin/clamdscan")
NEEDED_BY = "Tests of the scanner of files"
#: In two parts, or this file were one: https://www.eicar.org.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar-Test"
#: Seconds until it listens.
PATIENCE = 60
#: Bytes it takes at most: a little more than a photo may have.
LONGEST = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RunningClamd:
    """Where one listens, by a socket of the machine and by a port of this one."""

    process: subprocess.Popen[bytes]
    configuration: Path
    socket: Path
    port: int

    @property
    def by_socket(self) -> str:
        return f"unix://{self.socket}"

    @property
    def by_port(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


def program(package: str, path: str) -> str | None:
    """Where one of the two is, fetched if need be; nothing where it cannot be had or does not run."""
    own, name = FOLDER / Path(path).name, Path(path).name
    found = shutil.which(name, path="/usr/sbin:/usr/bin")
    if found is None and not own.is_file():
        debian.extract(package, path, into=FOLDER, needed_by=NEEDED_BY)
    found = found or (str(own) if own.is_file() else None)
    return found if found is not None and _runs(found) else None


def _runs(path: str) -> bool:
    """Whether its library is there; it is installed where it is not."""
    for again in (True, False):
        if subprocess.run([path, "--version"], capture_output=True, check=False).returncode != 127:
            return True
        if again and debian.install((LIBRARY,), needed_by=NEEDED_BY):
            return False
    return False


@contextmanager
def running(*, port: int = 0) -> Iterator[RunningClamd]:
    """A daemon for the length of a test, on a ``port`` too if one is named; else the test is skipped."""
    daemon = program(*DAEMON)
    if daemon is None:
        import pytest  # fetched beside it: `make peers` runs before the packages of tests are there

        pytest.skip("clamd, of Debian's package clamav-daemon, cannot be had here")
    with tempfile.TemporaryDirectory(prefix="svet-clamd-") as place:
        folder = Path(place)
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "test.ndb").write_text(f"{NAME}:0:*:{EICAR.hex()}\n")
        own = folder / "clamd.conf"
        listens = folder / "clamd.ctl"
        own.write_text(
            f"Foreground yes\nDatabaseDirectory {signatures}\nLocalSocket {listens}\n"
            f"LogFile {folder}/clamd.log\nTemporaryDirectory {folder}\n"
            f"StreamMaxLength {LONGEST}\nMaxThreads 4\n"
            + (f"TCPSocket {port}\nTCPAddr 127.0.0.1\n" if port else "")
        )
        process = subprocess.Popen(
            [daemon, f"--config-file={own}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(process, listens, folder / "clamd.log")
            yield RunningClamd(process, own, listens, port)
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], listens: Path, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not listens.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"clamd does not start: {log.read_text() if log.exists() else ''}")
        time.sleep(0.05)


if __name__ == "__main__":
    program(*DAEMON)
    program(*CLIENT)  # who has no network has all other tests

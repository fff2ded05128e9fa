"""The ports of a demo: the one asked for, and free ones for the outer world.

Two demos started in the same second both find a port free before either listens on it. So a demo holds a
lock for each port it chose, for as long as it runs, and passes over the ports another demo of the same
person holds.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from svet.config.failures import Failure

BANK, SMPP, SMTP = 8780, 8775, 8025
STEP, TRIES = 100, 50
#: How long the asked port may still be held by what a killed run left.
LEAVING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the pages and the outer world listen."""

    web: int
    bank: int
    smpp: int
    smtp: int


def choose_ports(*, host: str, port: int, tidy: contextlib.ExitStack) -> Ports:
    """The asked port for the pages, and free ones for the outer world; held until ``tidy`` is closed.

    :raises Failure: the asked port is not one, or is taken
    """
    if not 0 < port < 65536:
        raise Failure(f"port {port} is not a port: choose 1024…65535")
    if not _claim(host, port, tidy, patience=LEAVING_SECONDS):
        raise Failure(
            f"port {port} is taken: choose another, for example PORT={port + 1 if port < 65535 else 8000}"
        )
    bank, smpp, smtp = (_claim_near(usual, tidy) for usual in (BANK, SMPP, SMTP))
    return Ports(web=port, bank=bank, smpp=smpp, smtp=smtp)


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there. :raises Failure: the port may not be used at all"""
    with socket.socket() as probe:
        # Not SO_REUSEPORT: an orphaned web server would share its port and half of the answers.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Failure(f"port {port} cannot be used: {error.strerror}") from None
    return True


def _claim_near(usual: int, tidy: contextlib.ExitStack) -> int:
    for port in range(usual, usual + STEP * TRIES, STEP):
        if _claim("127.0.0.1", port, tidy):
            return port
    raise Failure(f"no port is free for the outer world: tried {TRIES} from {usual}")


def _claim(host: str, port: int, tidy: contextlib.ExitStack, *, patience: float = 0.0) -> bool:
    lock = _lock(port)
    if lock is None:
        return False
    tidy.callback(os.close, lock)
    deadline = time.monotonic() + patience
    while not is_free(host, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _lock(port: int) -> int | None:
    """A lock that ends with this process, or nothing when a demo already holds it."""
    folder = Path(tempfile.gettempdir()) / f"svet-ports-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Failure(f"{folder} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock

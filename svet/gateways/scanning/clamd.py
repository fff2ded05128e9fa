"""ClamAV's daemon over its socket: one connection a question, ``INSTREAM`` for a file (clamd(8))."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from threading import Lock
from typing import BinaryIO, Final

from svet.gateways.failures import Permanent, Temporary, Unreached
from svet.gateways.scanning.address import ClamdAddress
from svet.gateways.scanning.port import TOO_LONG
from svet.kernel.spans import span

#: Seconds until it has taken a connection.
CONNECT: Final = 2.0
#: Bytes of a file that are sent at once.
PIECE: Final = 64 * 1024
#: Bytes of an answer at most: a path nobody has and the name of a signature.
LONGEST: Final = 4 * 1024
_CLEAN: Final = "stream: OK"
_FOUND: Final = (" FOUND", "stream: ")


class ClamdQuestion:
    """One question on its own connection; ``cut`` ends it from another thread."""

    def __init__(self, address: ClamdAddress, *, patience: float) -> None:
        self._address = address
        self._until = time.monotonic() + patience
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def look(self, stream: BinaryIO) -> str:
        """See the port."""
        whole = False
        with self._asked("zINSTREAM\0") as wire:
            # When it has read enough it says so and closes, while we are still sending.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while piece := stream.read(PIECE):
                    self._send(wire, struct.pack("!L", len(piece)) + piece)
                self._send(wire, struct.pack("!L", 0))
                whole = True
            found = _judged(self._answer(wire))
        if not found and not whole:
            raise Temporary("clamd: it has not taken the whole file", code="shape")
        return found

    def signed_on(self) -> date | None:
        """See the port."""
        with self._asked("zVERSION\0") as wire:
            return _signed_on(self._answer(wire))

    def cut(self) -> None:
        """Nobody waits for the answer any more."""
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _asked(self, command: str) -> Iterator[socket.socket]:
        # Only the kind of the address: a path or a host of the operator's is nobody's business.
        with span("scanner", server="unix" if self._address.path else self._address.host):
            try:
                wire = self._connected()
            except OSError as error:
                raise Unreached(f"clamd: {type(error).__name__}") from error
            try:
                with closing(wire):
                    self._send(wire, command.encode())
                    yield wire
            except OSError as error:
                raise Temporary(f"clamd: {type(error).__name__}") from error

    def _connected(self) -> socket.socket:
        seconds = min(CONNECT, self._left())
        if self._address.path:
            wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            wire.settimeout(seconds)
            try:
                wire.connect(self._address.path)
            except OSError:
                wire.close()
                raise
        else:
            wire = socket.create_connection((self._address.host, self._address.port), timeout=seconds)
        with self._lock:
            self._socket = wire
            if self._is_cut:
                wire.close()
                raise TimeoutError
        return wire

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _send(self, wire: socket.socket, raw: bytes) -> None:
        wire.settimeout(self._left())
        wire.sendall(raw)

    def _answer(self, wire: socket.socket) -> str:
        raw = b""
        while not raw.endswith(b"\0"):
            wire.settimeout(self._left())
            piece = wire.recv(LONGEST)
            raw += piece
            if not piece or len(raw) > LONGEST:
                raise Temporary("clamd: no whole answer", code="shape")
        return raw[:-1].decode("utf-8", "replace").strip()


class Clamd:
    """Makes the questions of one address."""

    def __init__(self, address: ClamdAddress) -> None:
        self._address = address

    def question(self, *, patience: float) -> ClamdQuestion:
        """One question that ends in ``patience`` seconds, whatever becomes of it."""
        return ClamdQuestion(self._address, patience=patience)


def seconds_for(stream: BinaryIO) -> float:
    """How long a file may take: ten seconds, and one more for each five megabytes."""
    here = stream.tell()
    size = stream.seek(0, os.SEEK_END) - here
    stream.seek(here)
    return 10 + size / (5 * 1024 * 1024)


def _judged(answer: str) -> str:
    """What an answer says: strictly, because what nobody understands is not «clean»."""
    if answer == _CLEAN:
        return ""
    ending, beginning = _FOUND
    if answer.endswith(ending) and answer.startswith(beginning):
        return answer.removeprefix(beginning).removesuffix(ending) or "unnamed"
    if answer.startswith("INSTREAM size limit exceeded"):
        raise Permanent("clamd: longer than its StreamMaxLength", code=TOO_LONG)
    raise Temporary(f"clamd: {answer[:120]}", code="status")


def _signed_on(answer: str) -> date | None:
    """The day of «ClamAV 1.4.6/27823/Sat Nov 28 08:31:12 2026»; None where none is named."""
    parts = answer.split("/")
    if not answer.startswith("ClamAV ") or len(parts) not in (1, 3):
        raise Temporary(f"clamd: {answer[:120]}", code="shape")
    if len(parts) == 1:
        return None
    try:
        return datetime.strptime(f"{parts[2].strip()} +0000", "%a %b %d %H:%M:%S %Y %z").date()
    except ValueError:
        raise Temporary(f"clamd: {answer[:120]}", code="shape") from None

"""A register as a stream of bytes that is read from its beginning more than once and never held whole."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import BinaryIO, Final

from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.rules.tables import BINARY_STARTS, MAX_BYTES, UTF16_STARTS

#: So much of a line is looked at at once.
_PIECE: Final = 64 * 1024
_BOM: Final = b"\xef\xbb\xbf"
#: The first bytes of Cyrillic letters in UTF-8.
_LETTERS: Final = (b"\xd0", b"\xd1")


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a register before it is read: bytes, their SHA-256 and their encoding."""

    size: int
    sha256: str
    encoding: str


def survey(stream: BinaryIO, named: str = "") -> Survey:
    """Look a register through once: in the ``named`` encoding, or in the one that is recognised.

    UTF-8 or UTF-16 as spreadsheets save them, or Windows-1251. A file that is UTF-8 but for one line is
    refused with the line and the byte instead of being silently read as Windows-1251.

    :raises FileRefused: empty, too large, not a text file, NUL, broken byte
    """
    stream.seek(0)
    start = stream.read(8)
    if named:
        reading = [_Reading(named)]
    elif start.startswith(UTF16_STARTS):
        reading = [_Reading("utf-16")]
    else:
        reading = [_Reading("utf-8-sig"), _Reading("cp1251")]
    wide = reading[0].encoding == "utf-16"
    digest, size, line, blank, letters = hashlib.sha256(), 0, 1, True, False
    stream.seek(0)
    while piece := stream.readline(_PIECE):
        digest.update(piece)
        if size + len(piece) > MAX_BYTES:
            raise FileRefused(
                FileReason.TOO_LARGE, field="file", details={"megabytes": MAX_BYTES // 1024 // 1024}
            )
        blank = blank and not piece.strip()
        if not blank and start.startswith(BINARY_STARTS):
            raise FileRefused(FileReason.NOT_TEXT, field="file")
        if not wide and b"\0" in piece:
            raise FileRefused(FileReason.NUL, field="file", details={"line": line})
        for one in reading:
            one.take(piece, at=size, line=line)
        letters = letters or (line not in reading[0].broken and any(lead in piece for lead in _LETTERS))
        size += len(piece)
        line += piece.endswith(b"\n")
    if blank:
        raise FileRefused(FileReason.EMPTY, field="file")
    for one in reading:
        one.end(at=size, line=line)
    first = reading[0]
    if not named and len(reading) == 2 and len(first.broken) == 1 and letters:
        raise first.refusal()
    whole = next((one for one in reading if not one.broken), None)
    if whole is None:
        raise reading[-1].refusal()
    return Survey(size, digest.hexdigest(), _named(whole.encoding, start, named))


def decode(content: bytes) -> str:
    """A small register's bytes as text. :raises FileRefused: as :func:`survey`"""
    return content.decode(survey(BytesIO(content)).encoding)


def _named(encoding: str, start: bytes, named: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" and not named and not start.startswith(_BOM) else encoding


class _Reading:
    """One encoding tried on a register: the lines that are not of it, and the byte where the first breaks."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.broken: set[int] = set()
        self._first: tuple[int, int] | None = None
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def take(self, piece: bytes, *, at: int, line: int) -> None:
        """A piece of a line that begins at a byte of the file; two broken lines tell enough."""
        if len(self.broken) > 1 or line in self.broken:
            return
        waiting = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(piece)
        except UnicodeDecodeError as error:
            self._break(at - waiting + error.start, line)
            return
        if "\0" in text:
            raise FileRefused(
                FileReason.NUL, field="file", details={"line": line + text.count("\n", 0, text.index("\0"))}
            )

    def end(self, *, at: int, line: int) -> None:
        """The file is over: a letter of several bytes may lack its last ones."""
        waiting = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            self._break(at - waiting + error.start, line)

    def _break(self, position: int, line: int) -> None:
        self.broken.add(line)
        self._first = self._first or (position, line)
        self._decoder.reset()

    def refusal(self) -> FileRefused:
        """Where it is not of this encoding."""
        position, line = self._first or (0, 1)
        return FileRefused(FileReason.BROKEN_BYTE, field="file", details={"line": line, "byte": position + 1})


@contextmanager
def lines_of_stream(stream: BinaryIO, encoding: str) -> Iterator[TextIOWrapper]:
    """The lines of a register from its beginning, as they end in the file; the stream stays open."""
    stream.seek(0)
    lines = TextIOWrapper(stream, encoding=encoding, newline="\n")
    try:
        yield lines
    finally:
        lines.detach()

"""The bytes of a loaded register: kept in pieces while somebody has to decide, read back as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from svet.exchange.models import LoadedFile, LoadedPart
from svet.kernel.transactions import require_transaction

#: Bytes of a piece.
PART: Final = 256 * 1024


def keep_bytes(loaded: LoadedFile, stream: BinaryIO) -> None:
    """Keep a register's bytes piece by piece (a step)."""
    require_transaction()
    stream.seek(0)
    number = 0
    while piece := stream.read(PART):
        LoadedPart.objects.create(loaded=loaded, no=number, content=piece)
        number += 1


def forget_bytes(loaded: LoadedFile) -> None:
    """Nobody has to decide about a register any more (a step); the caller saves the row."""
    require_transaction()
    loaded.content = b""
    LoadedPart.objects.filter(loaded=loaded).delete()


@contextmanager
def bytes_of(loaded: LoadedFile) -> Iterator[BinaryIO]:
    """The bytes of a register as a file on the disk: they are read while the database takes them in again."""
    with TemporaryFile() as stream:
        stream.write(loaded.content)
        for number in range(LoadedPart.objects.filter(loaded=loaded).count()):
            part = LoadedPart.objects.filter(loaded=loaded, no=number)
            stream.write(part.values_list("content", flat=True).get())
        yield stream

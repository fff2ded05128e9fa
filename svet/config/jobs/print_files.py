"""Files for the print house in the data folder of this machine: they name people, and can be drawn again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

#: What `svet bills print` writes, also half a file of a run that was killed; nothing else is ours to delete.
_ENDINGS: Final = (".pdf", ".csv")


def forget_print_files(*, before: datetime, most: int) -> int:
    """Delete files of printing written before a moment, ``most`` of them; says how many.

    Only those of ``SVET_DATA`` of the machine whose worker does this: a folder somebody named by ``--out`` is
    theirs. The batch, its digest and its bills stay in the database, by which it is drawn again.
    """
    gone = 0
    for path in _older(before):
        if gone == most:
            break
        # Somebody took it away meanwhile, or it belongs to another user: then the doctor tells of it.
        with suppress(OSError):
            path.unlink()
            gone += 1
    return gone


def old_print_files(*, before: datetime) -> int:
    """How many files of printing here were written before a moment and should be gone."""
    return sum(1 for _path in _older(before))


def _older(before: datetime) -> Iterator[Path]:
    folder = Path(settings.DATA) / "print"
    for place in (folder, folder / "redrawn"):
        with suppress(OSError):
            for entry in sorted(os.scandir(place), key=lambda one: one.name):
                name = entry.name
                half = name.startswith(".") and name.rpartition(".")[2].isdecimal()
                if (name.rpartition(".")[0] if half else name).endswith(_ENDINGS):
                    with suppress(OSError):
                        known = entry.stat(follow_symlinks=False)
                        if entry.is_file(follow_symlinks=False) and known.st_mtime < before.timestamp():
                            yield Path(entry.path)

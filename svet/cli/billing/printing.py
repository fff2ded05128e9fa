"""Batches of paper bills on the disk, as the command line makes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from svet.bills import operations, queries
from svet.bills.operations import PrintFiles
from svet.cli.billing import parse_month, providers
from svet.config.failures import Failure
from svet.kernel.actors import Actor

_BY = Actor.system("svet bills print")
#: Beside the files of the first printing: a batch that another version of Svet draws otherwise.
REDRAWN: Final = "redrawn"


def print_bills(
    *, period: str, code: str, into: Path, size: int, now: datetime, say: Callable[[str], None]
) -> None:
    """Print a month for one provider or all. :raises Failure: no such month or provider, or no folder"""
    month, chosen = parse_month(period), providers(code)
    _folder(into)
    for provider in chosen:
        count = 0
        for files in operations.print_month(
            provider_id=provider.provider_id,
            period=month,
            keep=lambda files: save(files, into=into),
            by=_BY,
            now=now,
            size=size,
        ):
            count += files.bills
            say(f"{files.label}: {files.bills} bills, sha256 {files.pdf_sha256}")
        said = f"{count} bills printed into {into}" if count else "nothing new to print"
        say(f"{provider.name}, {month}: {said}")


def print_again(*, label: str, into: Path, now: datetime, say: Callable[[str], None]) -> None:
    """Draw a batch once more. Files that differ from the first printing never take its place.

    :raises Failure: no folder, or drawn otherwise than the first time: then it is in ``redrawn`` beside
    :raises BatchNotFound:
    """
    _folder(into)
    batch = queries.batch_by_label(label)
    files, same = operations.print_again(batch=batch, by=_BY, now=now)
    beside = into if same else into / REDRAWN
    _folder(beside)
    save(files, into=beside)
    say(f"{files.label}: {files.bills} bills again, sha256 {files.pdf_sha256}")
    if not same:
        raise Failure(
            f"{files.label} is drawn otherwise than in the first printing, by another version of Svet."
            f" The new files are in {beside}; those of the first printing were not touched"
        )


def save(files: PrintFiles, *, into: Path) -> None:
    """Put the files of a batch into a folder, each whole or not at all."""
    for name, content in files.named.items():
        unfinished = into / f".{name}.{os.getpid()}"
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(into / name)


def _folder(into: Path) -> None:
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"cannot write to the folder {into}: {error.strerror}") from None

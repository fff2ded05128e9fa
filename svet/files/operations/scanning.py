"""Every file that somebody sends is looked through before anything is made of it (ADR 244)."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from time import monotonic
from typing import BinaryIO, Final

from django.conf import settings

from svet.files.rules import ScanReason, ScanRefused
from svet.gateways import scanning
from svet.gateways.failures import GatewayFailure, Permanent
from svet.journal import operations as journal
from svet.kernel.actors import Actor

#: Seconds for which an answer about the scanner itself stands: the menu of every desk asks.
STANDS: Final = 30.0
_LONGEST_NAME: Final = 100
_PIECE: Final = 1024 * 1024
# Every scanner knows it and it harms nothing: https://www.eicar.org. In two parts, or this file were one.
_EICAR: Final = (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
_logger = logging.getLogger(__name__)
_last: dict[str, tuple[float, ScannerView]] = {}


@dataclass(frozen=True, slots=True)
class ScannerView:
    """Whether the scanner answers, the day of its signatures, and whether it knows the test file."""

    answers: bool
    signed_on: date | None = None
    knows_test_file: bool = False


def check_file(*, content: bytes | BinaryIO, field: str, by: Actor, now: datetime) -> None:
    """Have a file looked through before it is read; without ``SVET_CLAMD_URL`` nothing is asked.

    The network is touched: never inside a transaction. A stream is left at its beginning. What is infected is
    written into the journal by its digest and is not kept; while nobody can say, nothing is taken.

    :raises ScanRefused: infected, longer than the scanner takes, or the scanner does not answer; ``field``
    """
    scanner = scanning.gateway()
    if scanner is None:
        return
    stream = BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    try:
        found = scanner.look(stream)
    except Permanent as failure:
        raise ScanRefused(ScanReason.TOO_LONG, field=field) from failure
    except GatewayFailure as failure:
        _logger.warning("a file was not looked through: %s", failure)
        raise ScanRefused(ScanReason.UNREACHED, field=field) from failure
    stream.seek(0)
    if found:
        journal.record_security(
            by=by,
            action="file.infected",
            subject="file",
            subject_id=_digest(stream),
            now=now,
            details={"signature": found[:_LONGEST_NAME]},
        )
        raise ScanRefused(ScanReason.INFECTED, field=field)


def look_at_scanner() -> ScannerView | None:
    """How the scanner stands, asked at most every half a minute of a process; None when none is named."""
    scanner = scanning.gateway()
    if scanner is None:
        return None
    asked, known = _last.get(settings.CLAMD_URL, (0.0, None))
    if known is None or monotonic() - asked > STANDS:
        try:
            known = ScannerView(True, signed_on=scanner.signed_on())
        except GatewayFailure:
            known = ScannerView(False)
        _last[settings.CLAMD_URL] = (monotonic(), known)
    return known


def try_scanner() -> ScannerView | None:
    """The same asked now, and whether it knows the test file: its log and whom it alarms are told of it."""
    scanner = scanning.gateway()
    if scanner is None:
        return None
    try:
        signed_on = scanner.signed_on()
        return ScannerView(True, signed_on, bool(scanner.look(BytesIO(b"".join(_EICAR)))))
    except GatewayFailure as failure:
        _logger.warning("the scanner does not answer: %s", failure)
        return ScannerView(False)


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()

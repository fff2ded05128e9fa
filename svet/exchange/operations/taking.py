"""One register file from its bytes to applied rows, in one transaction."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import BinaryIO

from django.db import connection
from django.db.models import F
from django.utils import timezone

from svet.exchange.models import ImportFile, ImportRow
from svet.exchange.operations import accounts, charges, disputes, openings, payments, readings, terms
from svet.exchange.operations.outcomes import RowOutcome, State
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.streams import lines_of_stream, survey
from svet.files.operations import check_file
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows
from svet.kernel.ids import new_receipt_number
from svet.kernel.locks import Lock, held, hold
from svet.kernel.money import Money
from svet.kernel.transactions import again_after_deadlock, use_case
from svet.kernel.writing import plain as plain_text
from svet.payments.operations import PLAIN, PlainRows

_LOUD = (State.REJECTED, State.SUSPENSE, State.CHANGED)
#: Registers of facts by which accounts are charged.
_TELLS_OF_ACCOUNTS = (ImportFile.Profile.ACCOUNTS, ImportFile.Profile.READINGS, ImportFile.Profile.TERMS)
_WAITS: ContextVar[Callable[[], object] | None] = ContextVar("waits", default=None)
_SUFFIX = re.compile(r"\.(csv|txt)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a register: ``applied + repeated + suspense + rejected + changed = rows``.

    ``faults`` are the rows somebody has to look at, in the order of the file; among them are sets of readings
    that were kept and wait for a decision.
    """

    public_id: str
    number: str
    rows: int
    applied: int
    repeated: int
    suspense: int
    rejected: int
    changed: int
    sum_kopecks: int
    faults: tuple[RowOutcome, ...]

    @property
    def loud(self) -> bool:
        """Whether somebody must look now: anything but money of an account nobody knows, which is daily."""
        return any(
            fault.state in (State.REJECTED, State.CHANGED)
            or (fault.state is State.SUSPENSE and fault.reason != RowReason.ACCOUNT_UNKNOWN)
            for fault in self.faults
        )


@contextmanager
def told_when_it_waits(tell: Callable[[], object]) -> Iterator[None]:
    """Whoever takes a register inside tells once that others are before it.

    That is another register, or a month that is charged by what this one tells.
    """
    before = _WAITS.set(tell)
    try:
        yield
    finally:
        _WAITS.reset(before)


def take_file(
    *,
    profile: str,
    name: str,
    content: bytes | BinaryIO,
    by: Actor,
    now: datetime,
    source: str = "",
    without: Collection[int] = (),
    despite: bool = False,
) -> FileReport:
    """Take a register as it comes: looked through by the scanner, then as :func:`take_checked` says.

    :raises FileRefused: the file cannot be used; nothing was applied
    :raises ScanRefused: the scanner found something or does not answer; nothing was applied
    """
    check_file(content=content, field="file", by=by, now=now)
    return take_checked(
        profile=profile,
        name=name,
        content=content,
        by=by,
        now=now,
        source=source,
        without=without,
        despite=despite,
    )


@again_after_deadlock
def take_checked(
    *,
    profile: str,
    name: str,
    content: bytes | BinaryIO,
    by: Actor,
    now: datetime,
    source: str = "",
    without: Collection[int] = (),
    despite: bool = False,
) -> FileReport:
    """Take a register that was looked through.

    Each row is applied, recognised as repeated or changed, put in suspense, or rejected.

    All of it happens in one transaction: a file is applied as a whole or not at all. The same bytes are
    refused as already taken, unless every row was rejected; the same ids in another file are recognised as
    repeated when they say the same, as changed when they do not. Registers of one kind are taken one after
    another. A register of payments is read as a stream, never held whole; of the others a stream is read at
    once. ``source`` names the bank or collector of a register of payments; ``without`` are lines of it that a
    person leaves out, ``despite`` is a person's word for a control line that disagrees.

    :raises FileRefused: the file cannot be used; nothing was applied
    """
    if profile not in ImportFile.Profile.values:
        raise FileRefused(FileReason.UNKNOWN_PROFILE, field="profile", details={"profile": profile[:40]})
    if source and profile != ImportFile.Profile.PAYMENTS:
        raise FileRefused(FileReason.SOURCE_ELSEWHERE, field="source", details={"profile": profile})
    shown = shown_name(name)
    named = payments.find_source(source)
    stream = BytesIO(content) if isinstance(content, bytes) else content
    known = survey(stream, named.layout.encoding if named else "")
    with use_case():
        now = _wait_for_others(profile, now)
        _refuse_taken(profile, known.sha256)
        difference = Money(0)
        plain: PlainRows | None = None
        if profile == ImportFile.Profile.PAYMENTS:
            with lines_of_stream(stream, known.encoding) as lines:
                taken = payments.apply(lines, source=named, now=now, without=without, despite=despite)
            outcomes, plain, difference = taken.outcomes, taken.plain, taken.difference
        else:
            stream.seek(0)
            outcomes = _apply(profile, stream.read().decode(known.encoding), by=by, now=now)
        outcomes.sort(key=lambda outcome: outcome.line_no)
        register = _keep(
            profile, shown, known.sha256, known.size, (outcomes, plain), source=source, by=by, now=now
        )
        journal.record(
            by=by,
            action="register.taken",
            subject="register",
            subject_id=register.public_id,
            now=now,
            after={"profile": profile, "name": shown, "rows": register.rows, "applied": register.applied}
            | ({"left_out": sorted(without)} if without else {})
            | ({"difference": difference.kopecks} if difference else {}),
        )
    faults = tuple(outcome for outcome in outcomes if outcome.state in _LOUD or outcome.text)
    return FileReport(
        public_id=register.public_id,
        number=register.number,
        rows=register.rows,
        applied=register.applied,
        repeated=register.repeated,
        suspense=register.suspense,
        rejected=register.rejected,
        changed=register.changed,
        sum_kopecks=register.sum_kopecks,
        faults=faults,
    )


def _apply(profile: str, text: str, *, by: Actor, now: datetime) -> list[RowOutcome]:
    if profile == ImportFile.Profile.OPENINGS:
        return openings.apply(text, now=now)
    if profile == ImportFile.Profile.CHARGES:
        return charges.apply(text, now=now)
    if profile == ImportFile.Profile.TERMS:
        return terms.apply(text, by=by, now=now)
    if profile == ImportFile.Profile.DISPUTES:
        return disputes.apply(text, by=by, now=now)
    door = accounts.apply if profile == ImportFile.Profile.ACCOUNTS else readings.apply
    return door(text, by=by, now=now)


def shown_name(name: str) -> str:
    """The file's own name without folders and control characters. :raises FileRefused: not .csv or .txt"""
    last = re.split(r"[\\/]", name[-400:])[-1]
    cleaned = plain_text(last)[-200:]
    stem, dot, suffix = cleaned.rpartition(".")
    if not stem or not _SUFFIX.fullmatch(dot + suffix):
        raise FileRefused(FileReason.NAME, field="file")
    return cleaned


def _wait_for_others(profile: str, now: datetime) -> datetime:
    """Two files that share ids would each find the ids free and both write them: the second one waits.

    Whatever is looked up after this sees all that the first one wrote. What decides charges begins to be
    known when nobody charges, and nobody charges until it is committed, however long that takes. Says the
    moment, later by the whole seconds that were waited.
    """
    began, waits = time.monotonic(), _WAITS.get()
    wanted: list[tuple[Lock, int | str]] = [(Lock.IMPORT_FILE, profile)]
    if profile in _TELLS_OF_ACCOUNTS:
        wanted.append((Lock.NEWS_OF_ACCOUNTS, 0))
    for lock, key in wanted:
        if waits is not None and held(lock, key):
            waits()
            waits = None
        hold(lock, key)
    return now + timedelta(seconds=int(time.monotonic() - began))


def _refuse_taken(profile: str, digest: str) -> None:
    same = ImportFile.objects.filter(profile=profile, sha256=digest)
    earlier = same.filter(rejected__lt=F("rows")).first()
    if earlier is not None:
        details = {
            "number": earlier.number,
            "taken_on": timezone.localtime(earlier.taken_at).strftime("%d.%m.%Y"),
            "by": earlier.taken_by,
        }
        raise FileRefused(FileReason.ALREADY_TAKEN, field="file", details=details)


def _keep(
    profile: str,
    name: str,
    digest: str,
    size: int,
    found: tuple[list[RowOutcome], PlainRows | None],
    *,
    source: str,
    by: Actor,
    now: datetime,
) -> ImportFile:
    outcomes, plain = found
    counts = Counter(outcome.state for outcome in outcomes)
    by_sets, their_kopecks = (plain.count, plain.kopecks) if plain else (0, 0)
    credited = (State.APPLIED, State.SUSPENSE)
    register = ImportFile.objects.create(
        number=new_receipt_number("Р"),
        profile=profile,
        name=name,
        sha256=digest,
        size=size,
        taken_at=now,
        taken_by=by.name or f"{by.kind}:{by.person_id}",
        rows=len(outcomes) + by_sets,
        applied=counts[State.APPLIED] + by_sets,
        repeated=counts[State.REPEATED],
        suspense=counts[State.SUSPENSE],
        rejected=counts[State.REJECTED],
        changed=counts[State.CHANGED],
        source=source,
        sum_kopecks=their_kopecks + sum(outcome.kopecks for outcome in outcomes if outcome.state in credited),
    )
    copy_rows(
        model=ImportRow,
        columns=(
            "file_id", "line_no", "profile", "external_id", "account_number", "state", "column", "reason",
            "text", "raw", "reference", "kopecks",
        ),
        rows=(
            (
                register.pk, outcome.line_no, profile, outcome.external_id, outcome.account_number,
                str(outcome.state), outcome.column, str(outcome.reason), outcome.text, outcome.raw,
                outcome.reference, outcome.kopecks,
            )
            for outcome in outcomes
        ),
    )  # fmt: skip
    if by_sets:
        _keep_plain(register)
    return register


def _keep_plain(register: ImportFile) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_importrow (file_id, line_no, profile, external_id, account_number, state,"  # noqa: S608
            ' "column", reason, text, raw, reference, kopecks)'
            " SELECT %s, line_no, %s, external_id, account, %s, '', '', '', left(raw, 2000), key, kopecks"
            f" FROM {PLAIN} ORDER BY place",
            [register.pk, register.profile, State.APPLIED.value],
        )

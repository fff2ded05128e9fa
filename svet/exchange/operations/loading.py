"""Registers of payments by page: loaded, judged without taking anything, then taken or thrown away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.db.models import Count, Sum
from procrastinate.contrib.django import app

from svet.exchange.models import ImportFile, ImportRow, LoadedFile
from svet.exchange.operations.hands import PUTS, beyond_one_hand, loaded_by, puts
from svet.exchange.operations.keeping import bytes_of, forget_bytes, keep_bytes
from svet.exchange.operations.outcomes import sentence
from svet.exchange.operations.payments import find_source
from svet.exchange.operations.taking import FileReport, shown_name, take_checked
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.rules.rejects import reject_file
from svet.exchange.rules.streams import survey
from svet.exchange.texts import explain
from svet.files.operations import check_file
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Busy
from svet.kernel.transactions import again_after_deadlock, together, use_case
from svet.payments.rules.layouts import PLAIN_LAYOUT

State = LoadedFile.Stage
#: Bytes of a register that is read while the page waits, about two thousand payments; a larger one by a job.
AT_ONCE: Final = 256 * 1024
#: So many sentences a page shows; the rest stands in the file of rejects.
MOST_FAULTS: Final = 200
DECIDABLE: Final = frozenset({State.JUDGED, State.HELD})
#: A job is at it, or was: nothing has been taken, for a register is taken in one transaction.
UNDER_WAY: Final = frozenset({State.JUDGING, State.TAKING})
#: After so long a job that began to take a register is lost, and a person may ask again.
_LOST: Final = timedelta(minutes=15)


def lines_of(said: str) -> list[int]:
    """The lines named by «14, 20». :raises FileRefused: no numbers"""
    parts = [part for part in (part.strip() for part in said.split(",")) if part]
    if any(not (part.isascii() and part.isdecimal()) or len(part) > 7 for part in parts):
        raise FileRefused(FileReason.LINES, field="lines")
    return [int(part) for part in parts]


def load_file(*, name: str, content: BinaryIO, source: str, by: Actor, now: datetime) -> str:
    """Keep a register and judge it, a large one by a job; its public id. It is never held whole.

    :raises FileRefused: no register by its name, no such source, or bytes nobody can read
    :raises ScanRefused: the scanner found something or does not answer
    """
    shown = shown_name(name)
    named = find_source(source)
    check_file(content=content, field="file", by=by, now=now)
    size = survey(content, named.layout.encoding if named else "").size
    at_once = size <= AT_ONCE
    with use_case():
        loaded = LoadedFile.objects.create(
            name=shown,
            source=source,
            size=size,
            loaded_at=now,
            loaded_by=by.name,
            author_id=by.person_id,
            state=State.JUDGING,
        )
        keep_bytes(loaded, content)
        journal.record(
            by=by,
            action="register.loaded",
            subject="loaded_register",
            subject_id=loaded.public_id,
            now=now,
            after={"name": shown, "source": source, "size": size},
        )
        if not at_once:
            # By name: the job imports this module.
            app.configure_task("exchange.judge", queue="registers").defer(public_id=loaded.public_id)
    if at_once:
        _judge_now(loaded.public_id, now)
    return loaded.public_id


def _judge_now(public_id: str, now: datetime) -> None:
    """Judge a small register while its page waits; a job does it when another register is before it."""
    try:
        judge_file(public_id=public_id, now=now)
    except Busy:
        with use_case():
            app.configure_task("exchange.judge", queue="registers").defer(public_id=public_id)


@again_after_deadlock
def judge_file(*, public_id: str, now: datetime) -> None:
    """Say what would become of a loaded register: it is taken in a transaction that is undone."""
    loaded = LoadedFile.objects.get(public_id=public_id)
    if loaded.state != State.JUDGING:
        return
    state, said = State.JUDGED, dict[str, Any]()
    try:
        said = _dry(loaded, despite=False, now=now)
    except FileRefused as refused:
        state, said = State.REFUSED, {"refusal": explain(refused)}
        if refused.reason is FileReason.TRAILER_DIFFERS:
            state, said = State.HELD, said | _dry(loaded, despite=True, now=now)
    with use_case():
        loaded = _locked(public_id)
        if loaded.state != State.JUDGING:
            return
        loaded.state, loaded.verdict = state, said
        if state == State.REFUSED:
            forget_bytes(loaded)
        loaded.save()


def _dry(loaded: LoadedFile, *, despite: bool, now: datetime) -> dict[str, Any]:
    with together():
        report = _taken(loaded, by=Actor.system("register.judge"), despite=despite, without=(), now=now)
        said = verdict(report) | {"form": _form(loaded)}
        transaction.set_rollback(True)
    return said


def _form(loaded: LoadedFile) -> str:
    """How the source writes its registers now; only to be compared with what a register was judged by."""
    named = find_source(loaded.source)
    return repr(named.layout if named else PLAIN_LAYOUT)


def _taken(
    loaded: LoadedFile, *, by: Actor, despite: bool, without: Collection[int], now: datetime
) -> FileReport:
    with bytes_of(loaded) as stream:
        return take_checked(
            profile=ImportFile.Profile.PAYMENTS,
            name=loaded.name,
            content=stream,
            source=loaded.source,
            by=by,
            now=now,
            without=without,
            despite=despite,
        )


def verdict(report: FileReport) -> dict[str, Any]:
    """What became of a register: rows and kopecks by outcome, and what is wrong line by line."""
    by_state = (
        ImportRow.objects.filter(file__number=report.number)
        .values("state")
        .annotate(rows=Count("pk"), sum=Sum("kopecks"))
    )
    puts_in = ImportRow.objects.filter(file__number=report.number, state__in=PUTS, kopecks__gt=0)
    bad = [fault.line_no for fault in report.faults if fault.state == ImportRow.State.REJECTED]
    return {
        "rows": report.rows,
        "outcomes": {each["state"]: [each["rows"], each["sum"]] for each in by_state},
        "puts": puts_in.aggregate(sum=Sum("kopecks"))["sum"] or 0,
        "faults": [[fault.line_no, sentence(fault)] for fault in report.faults[:MOST_FAULTS]],
        "more": max(0, len(report.faults) - MOST_FAULTS),
        "bad": bad[:MOST_FAULTS],
    }


def decide_file(
    *, public_id: str, by: Actor, now: datetime, without: Collection[int] = (), despite: bool = False
) -> None:
    """Take a judged register, a large one by a job; ``despite`` is needed for a held one.

    :raises FileRefused: a colleague decided it first, or it waits for a word about its control line; who
        loaded it may not take so much alone; or its source's form is another one by now: it is judged anew
        and has to be decided again
    """
    with use_case():
        loaded = _locked(public_id)
        began = loaded.decided_at if loaded.state == State.TAKING else None
        lost = began is not None and now - began > _LOST
        if loaded.state not in DECIDABLE and not lost:
            raise FileRefused(FileReason.DECIDED, field="file")
        stale = _is_stale(loaded)
        if stale:
            _judge_again(loaded)
        elif beyond_one_hand(loaded, by=by, now=now):
            raise FileRefused(FileReason.ANOTHER_HAND, field="file")
        else:
            _begin_taking(loaded, by=by, without=without, despite=despite, now=now)
    if stale:
        if loaded.size <= AT_ONCE:
            _judge_now(public_id, now)
        raise FileRefused(FileReason.FORM_CHANGED, field="file")
    if loaded.size <= AT_ONCE:
        try:
            take_loaded(public_id=public_id, by=by, now=now)
        except Busy:
            with use_case():
                _take_by_job(public_id, by)


def _begin_taking(
    loaded: LoadedFile, *, by: Actor, without: Collection[int], despite: bool, now: datetime
) -> None:
    loaded.without = {"lines": sorted(without), "despite": despite}
    loaded.state, loaded.decided_at, loaded.decided_by = State.TAKING, now, by.name
    loaded.alone_kopecks = puts(loaded) if loaded_by(loaded, by) else None
    loaded.save(update_fields=["without", "state", "decided_at", "decided_by", "alone_kopecks"])
    if loaded.size > AT_ONCE:
        _take_by_job(loaded.public_id, by)


def _take_by_job(public_id: str, by: Actor) -> None:
    app.configure_task("exchange.take", queue="registers").defer(
        public_id=public_id, person_id=by.person_id, name=by.name
    )


def _is_stale(loaded: LoadedFile) -> bool:
    """Whether the source's form is another one than the register was judged by: other sums may come of it."""
    return bool(_form(loaded) != loaded.verdict.get("form"))


def _judge_again(loaded: LoadedFile) -> None:
    loaded.state = State.JUDGING
    loaded.save(update_fields=["state"])
    if loaded.size > AT_ONCE:
        app.configure_task("exchange.judge", queue="registers").defer(public_id=loaded.public_id)


@again_after_deadlock
def take_loaded(*, public_id: str, by: Actor, now: datetime) -> None:
    """Take a register that was decided to be taken, once."""
    with together():
        loaded = _locked(public_id)
        if loaded.state != State.TAKING:
            return
        if _is_stale(loaded):
            _judge_again(loaded)
            return
        said = loaded.without
        try:
            report = _taken(loaded, by=by, despite=said["despite"], without=said["lines"], now=now)
        except FileRefused as refused:
            differs = refused.reason is FileReason.TRAILER_DIFFERS
            loaded.state = State.HELD if differs else State.REFUSED
            loaded.verdict |= {"refusal": explain(refused)}
        else:
            loaded.state, loaded.verdict = State.TAKEN, verdict(report)
            loaded.register = ImportFile.objects.get(number=report.number)
            loaded.rejects = _rejects(loaded, report)
        if loaded.state != State.HELD:
            forget_bytes(loaded)
        loaded.save()


def _rejects(loaded: LoadedFile, report: FileReport) -> bytes:
    lines = {fault.line_no for fault in report.faults if fault.state == ImportRow.State.REJECTED}
    if not lines:
        return b""
    named = find_source(loaded.source)
    layout = named.layout if named else PLAIN_LAYOUT
    with bytes_of(loaded) as stream:
        return reject_file(profile="payments", content=stream, lines=lines, layout=layout)


def throw_file(*, public_id: str, by: Actor, now: datetime, states: Collection[State] = DECIDABLE) -> None:
    """Throw a register away that was not taken. :raises FileRefused: a colleague decided it first"""
    with use_case():
        loaded = _locked(public_id)
        if loaded.state not in states:
            raise FileRefused(FileReason.DECIDED, field="file")
        loaded.state = State.THROWN
        forget_bytes(loaded)
        loaded.decided_at, loaded.decided_by = now, by.name
        loaded.save()
        journal.record(
            by=by,
            action="register.thrown",
            subject="loaded_register",
            subject_id=public_id,
            now=now,
            before={"name": loaded.name},
        )


def _locked(public_id: str) -> LoadedFile:
    return LoadedFile.objects.select_for_update(of=("self",)).get(public_id=public_id)

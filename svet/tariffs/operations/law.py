"""Rows of law come in one by one: a key rate, a cap of penalties, a moratorium; a wrong one is withdrawn."""

from __future__ import annotations

from datetime import date, datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.tariffs.models import LawEntry
from svet.tariffs.queries.law import law_in_force
from svet.tariffs.rules.law_entries import LawEntryReason, LawEntryRefused, NewLawEntry, check_entry


def enter_law(*, new: NewLawEntry, by: Actor, today: date, now: datetime) -> int:
    """Let a row hold for its days from now on; says its number. Whatever counts penalties counts by it.

    :raises LawEntryRefused: it is impossible, or a day of it is known otherwise
    """
    with use_case():
        hold(Lock.NORMS)
        check_entry(new, known=law_in_force(), today=today)
        row = LawEntry.objects.create(
            kind=new.kind.value,
            valid_from=new.valid_from,
            valid_to=new.valid_to,
            percent=new.percent,
            region=new.region,
            act=" ".join(new.act.split()),
            source_url=new.source_url,
            entered_at=now,
            entered_by=_name(by),
        )
        _record(row, action="law.entered", by=by, now=now)
    return row.pk


def withdraw_law(*, number: int, because: str, by: Actor, now: datetime) -> None:
    """Take a wrong row back: it holds for no day and stays to be read.

    :raises LawEntryRefused: no such row, it is withdrawn already, or nobody says why
    """
    if not because.strip():
        raise LawEntryRefused(LawEntryReason.WHY, field="because")
    with use_case():
        hold(Lock.NORMS)
        row = LawEntry.objects.filter(pk=number).first()
        if row is None:
            raise LawEntryRefused(LawEntryReason.NOT_FOUND, details={"number": number})
        if row.withdrawn_at is not None:
            raise LawEntryRefused(LawEntryReason.WITHDRAWN, details={"number": number})
        row.withdrawn_at, row.withdrawn_because = now, because.strip()[:300]
        row.save(update_fields=["withdrawn_at", "withdrawn_because"])
        _record(row, action="law.withdrawn", by=by, now=now, reason=because.strip())


def _name(by: Actor) -> str:
    return (by.name or by.kind.value)[:120]


def _record(row: LawEntry, *, action: str, by: Actor, now: datetime, reason: str = "") -> None:
    journal.record(
        by=by,
        action=action,
        subject="law",
        subject_id=str(row.pk),
        now=now,
        after={
            "kind": row.kind,
            "valid_from": str(row.valid_from),
            "valid_to": str(row.valid_to),
            "percent": None if row.percent is None else str(row.percent),
            "region": row.region,
            "act": row.act,
        },
        reason=reason,
    )

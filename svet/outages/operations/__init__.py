"""Entering, moving, cancelling and ending outages, by a desk or by a register."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import require_transaction, use_case
from svet.outages.models import Outage, OutageChange, OutagePlace
from svet.outages.rules import (
    OutageAct,
    OutageKind,
    OutageState,
    OutageWords,
    PlaceLine,
    check_hours,
    checked,
    checked_places,
    checked_why,
    mark_of,
    over_at,
    state_of,
)
from svet.outages.rules.refusals import OutageConflict, OutageNotFound, OutageReason, OutageRefused
from svet.staffing.rules import checked_reason

_ACTIONS: Final = {
    OutageAct.ENTERED: "outages.entered",
    OutageAct.MOVED: "outages.moved",
    OutageAct.PLACES: "outages.places",
    OutageAct.WORDS: "outages.words",
    OutageAct.CANCELLED: "outages.cancelled",
    OutageAct.ENDED: "outages.ended",
}


def enter_outage(words: OutageWords, *, provider_id: int, by: Actor, now: datetime) -> str:
    """Announce an outage; the key by which it is asked for. Whom it meets is told by the next look.

    The same hours and places twice are one: the second press answers with the first one's key.

    :raises OutageRefused: it cannot be so
    """
    with use_case():
        return _enter(checked(words, now=now), provider_id=provider_id, by=by, now=now)


def _enter(words: OutageWords, *, provider_id: int, by: Actor, now: datetime) -> str:
    require_transaction()
    hold(Lock.OUTAGES, provider_id)
    if not words.number and (same := _same(words, provider_id=provider_id, now=now).first()) is not None:
        return same.public_id
    row = Outage.objects.create(
        provider_id=provider_id,
        number=words.number,
        kind=words.kind,
        begins_at=words.begins_at,
        ends_at=words.ends_at,
        over_at=over_at(words.begins_at, words.ends_at),
        why=words.why,
        entered_at=now,
    )
    _put_places(row, words.places)
    _note(row, OutageAct.ENTERED, by=by, now=now)
    return row.public_id


def _same(words: OutageWords, *, provider_id: int, now: datetime) -> QuerySet[Outage]:
    """Those that stand with the kind, hours and places of these words."""
    alike = Outage.objects.filter(
        provider_id=provider_id,
        kind=words.kind,
        begins_at=words.begins_at,
        ends_at=words.ends_at,
        cancelled_at__isnull=True,
        over_at__gt=now,
    )
    keys = [
        row.pk
        for row in alike.prefetch_related("places")
        if mark_of(row.begins_at, row.ends_at, _lines(row)) == words.mark
    ]
    return Outage.objects.filter(pk__in=keys).order_by("pk")


def move_outage(
    *, public_id: str, begins_at: datetime, ends_at: datetime | None, reason: str, by: Actor, now: datetime
) -> None:
    """Other hours; who was told of the former ones is told of these.

    :raises OutageNotFound: there is none
    :raises OutageRefused: no outage has such hours, or the reason says nothing
    :raises OutageConflict: it was cancelled, or somebody said that it is over
    """
    said = checked_reason(reason)
    with use_case():
        row = _locked(public_id)
        _require_open(row)
        if (row.begins_at, row.ends_at) == (begins_at, ends_at):
            raise OutageRefused(OutageReason.SAME, field="begins")
        check_hours(OutageKind(row.kind), begins_at, ends_at, now=now)
        _set_hours(row, begins_at, ends_at)
        _note(row, OutageAct.MOVED, by=by, now=now, reason=said)


def readdress_outage(
    *, public_id: str, places: tuple[PlaceLine, ...], reason: str, by: Actor, now: datetime
) -> None:
    """Other streets and houses; who is met no more and was told hears that, who is met now hears of it.

    :raises OutageNotFound: there is none
    :raises OutageRefused: a place is none, they are those it has, or the reason says nothing
    :raises OutageConflict: it was cancelled, or somebody said that it is over
    """
    said, tidy = checked_reason(reason), checked_places(places)
    with use_case():
        row = _locked(public_id)
        _require_open(row)
        if mark_of(row.begins_at, row.ends_at, _lines(row)) == mark_of(row.begins_at, row.ends_at, tidy):
            raise OutageRefused(OutageReason.SAME, field="places")
        _put_places(row, tidy)
        _note(row, OutageAct.PLACES, by=by, now=now, reason=said)


def cancel_outage(*, public_id: str, reason: str, by: Actor, now: datetime) -> None:
    """It will not be; twice is the same as once. Who was told of it is told.

    :raises OutageNotFound: there is none
    :raises OutageRefused: the reason says nothing
    :raises OutageConflict: it is over, or somebody said so
    """
    said = checked_reason(reason)
    with use_case():
        row = _locked(public_id)
        if row.cancelled_at is not None:
            return
        if row.ended_at is not None or row.over_at <= now:
            raise OutageConflict(OutageReason.CLOSED)
        _cancel(row, said, by=by, now=now)


def end_outage(*, public_id: str, reason: str, by: Actor, now: datetime) -> None:
    """The light is on again, earlier than it was said or where nobody had known when.

    :raises OutageNotFound: there is none
    :raises OutageRefused: it has not begun: cancel it; the reason says nothing
    :raises OutageConflict: it was cancelled
    """
    said = checked_reason(reason)
    with use_case():
        row = _locked(public_id)
        if row.ended_at is not None or (row.cancelled_at is None and row.over_at <= now):
            return
        if row.cancelled_at is not None:
            raise OutageConflict(OutageReason.CLOSED)
        if row.begins_at > now:
            raise OutageRefused(OutageReason.NOT_BEGUN)
        row.ended_at = row.over_at = now
        row.save(update_fields=["ended_at", "over_at"])
        _note(row, OutageAct.ENDED, by=by, now=now, reason=said)


def _require_open(row: Outage) -> None:
    if row.cancelled_at is not None or row.ended_at is not None:
        raise OutageConflict(OutageReason.CLOSED)


def _locked(public_id: str) -> Outage:
    row = Outage.objects.select_for_update(no_key=True).filter(public_id=public_id).first()
    if row is None:
        raise OutageNotFound(OutageReason.NOT_FOUND)
    return row


def _lines(row: Outage) -> list[PlaceLine]:
    return [PlaceLine(place.city, place.street, place.houses) for place in row.places.all()]


def _put_places(row: Outage, places: tuple[PlaceLine, ...]) -> None:
    row.places.all().delete()
    OutagePlace.objects.bulk_create(
        OutagePlace(outage=row, city=one.city, street=one.street, houses=one.houses, key=one.key)
        for one in places
    )


def _set_hours(row: Outage, begins_at: datetime, ends_at: datetime | None) -> None:
    row.begins_at, row.ends_at, row.over_at = begins_at, ends_at, over_at(begins_at, ends_at)
    row.save(update_fields=["begins_at", "ends_at", "over_at"])


def _cancel(row: Outage, reason: str, *, by: Actor, now: datetime) -> None:
    row.cancelled_at = now
    row.save(update_fields=["cancelled_at"])
    _note(row, OutageAct.CANCELLED, by=by, now=now, reason=reason)


def _note(row: Outage, act: OutageAct, *, by: Actor, now: datetime, reason: str = "") -> None:
    lines = _lines(row)
    OutageChange.objects.create(
        outage=row,
        at=now,
        act=act,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        mark=mark_of(row.begins_at, row.ends_at, lines),
        reason=reason,
        by=by.name[:120],
    )
    journal.record(
        by=by,
        action=_ACTIONS[act],
        subject="outage",
        subject_id=row.public_id,
        now=now,
        after={
            "begins": row.begins_at.isoformat(),
            "ends": row.ends_at.isoformat() if row.ends_at else "",
            "places": [f"{one.city}, {one.street}, {one.houses}" for one in lines[:20]],
        },
        reason=reason,
    )


def take_row(
    words: OutageWords, *, cancelled: bool, provider_id: int, by: Actor, now: datetime
) -> OutageAct | None:
    """What a register says of an outage with a number; what was done, or None where it stands so already.

    Hours and places that it had before and that were changed since are refused: a file of yesterday that
    is sent again must not undo what is known today.

    :raises OutageRefused: it cannot be so, or it was so before
    :raises OutageConflict: somebody said that it is over
    """
    if not words.number:
        raise OutageRefused(OutageReason.NUMBER, field="number")
    with use_case():
        hold(Lock.OUTAGES, provider_id)
        row = (
            Outage.objects.select_for_update(no_key=True)
            .filter(provider_id=provider_id, number=words.number)
            .first()
        )
        if row is None:
            if cancelled:
                return None
            tidy = checked(words, now=now)
            # Entered by hand before its number came: the same outage, and nobody is told of it twice.
            row = _same(tidy, provider_id=provider_id, now=now).filter(number="").select_for_update().first()
            if row is None:
                _enter(tidy, provider_id=provider_id, by=by, now=now)
                return OutageAct.ENTERED
            row.number = tidy.number
            row.save(update_fields=["number"])
        return _take(row, words, cancelled=cancelled, by=by, now=now)


def _take(row: Outage, words: OutageWords, *, cancelled: bool, by: Actor, now: datetime) -> OutageAct | None:
    state = state_of(begins_at=row.begins_at, over_at=row.over_at, cancelled_at=row.cancelled_at, now=now)
    if cancelled:
        if state in (OutageState.CANCELLED, OutageState.OVER):
            return None
        _cancel(row, by.name, by=by, now=now)
        return OutageAct.CANCELLED
    current = mark_of(row.begins_at, row.ends_at, _lines(row))
    tidy = checked_places(words.places)
    wanted = mark_of(words.begins_at, words.ends_at, tidy)
    if wanted == current and state is not OutageState.CANCELLED:
        return _say(row, words, by=by, now=now)
    if row.changes.filter(mark=wanted).exists():
        raise OutageRefused(OutageReason.STALE, field="begins")
    _require_open(row)
    check_hours(words.kind, words.begins_at, words.ends_at, now=now)
    moved = (row.begins_at, row.ends_at) != (words.begins_at, words.ends_at)
    row.why, row.kind = checked_why(words.why), words.kind
    row.save(update_fields=["why", "kind"])
    _set_hours(row, words.begins_at, words.ends_at)
    _put_places(row, tidy)
    act = OutageAct.MOVED if moved else OutageAct.PLACES
    _note(row, act, by=by, now=now)
    return act


def _say(row: Outage, words: OutageWords, *, by: Actor, now: datetime) -> OutageAct | None:
    """Another reason or kind of the same hours and places: nobody is told again."""
    why = checked_why(words.why)
    if (row.why, row.kind) == (why, words.kind):
        return None
    row.why, row.kind = why, words.kind
    row.save(update_fields=["why", "kind"])
    _note(row, OutageAct.WORDS, by=by, now=now)
    return OutageAct.WORDS

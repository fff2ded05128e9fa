"""What its author may still do to a kept set, and what billing does to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import connection

from svet.accounts.queries import provider_today, visible_ids
from svet.accounts.rules import Right
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.moving import LostRace
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.metering import queries
from svet.metering.models import Meter, ReadingSet, ReadingTouch
from svet.metering.operations.keeping import move_set, move_sets, move_sets_of
from svet.metering.operations.submitting import ReadingReceipt, earlier_receipt, take_set
from svet.metering.queries import MeterNotFound, MeterReason
from svet.metering.rules import (
    ReadingKind,
    ReadingState,
    ReadingSubmission,
    WithdrawReason,
    cut_off,
    period_of,
)


class WithdrawRefused(Refused):
    """The set cannot be taken back or corrected."""


def may_withdraw(
    view: queries.SetView, *, by: Actor, today: date, window_to_day: int
) -> WithdrawReason | None:
    """Why the actor may not take the set back, if so."""
    if view.kind != ReadingKind.CUSTOMER or view.state not in (
        ReadingState.ACCEPTED,
        ReadingState.UNDER_REVIEW,
    ):
        return WithdrawReason.ALREADY
    if by.kind is ActorKind.PERSON and view.author_person_id != by.person_id:
        return WithdrawReason.NOT_YOURS
    period = period_of(view.read_on, window_to_day=window_to_day)
    if today > cut_off(period, window_to_day=window_to_day):
        return WithdrawReason.TOO_LATE
    return None


def withdraw_set(*, by: Actor, set_public_id: str, now: datetime, reason: str = "") -> None:
    """Take one's own set back before the cut-off; the row and its trail stay.

    :raises MeterNotFound: absent or not for the actor
    :raises WithdrawRefused: another's, billed or past the cut-off
    """
    with use_case():
        row = _own_set(by, set_public_id=set_public_id, now=now)
        try:
            before = move_set(row, to=ReadingState.WITHDRAWN, by=by, now=now, words=reason)
        except (IllegalMove, LostRace):
            raise WithdrawRefused(WithdrawReason.ALREADY) from None
        journal.record(
            by=by,
            action="readings.withdrawn",
            subject="reading_set",
            subject_id=row.public_id,
            now=now,
            account_id=row.account_id,
            before={"state": before.value},
            after={"state": ReadingState.WITHDRAWN.value},
            reason=reason,
        )


def correct_set(
    *,
    by: Actor,
    set_public_id: str,
    sent: ReadingSubmission,
    now: datetime,
) -> ReadingReceipt:
    """Send other values in the place of one's own set until the cut-off; its day stays, whatever is sent.

    The new set is judged as if the old one had never been; both stay, and the old one names the new receipt.

    :raises MeterNotFound: absent or not for the actor
    :raises WithdrawRefused: another's, billed or past the cut-off
    :raises ReadingRefused: :raises ConfirmationNeeded: :raises KeyReused: :raises LimitReached: as for a set
    """
    view = queries.set_for(by, public_id=set_public_id)
    meter = queries.meter_for(by, public_id=view.meter_public_id, right=Right.SUBMIT)
    earlier = earlier_receipt(meter, key=sent.key, values=sent.values)
    if earlier is not None:
        return earlier
    limits.spend(limit=LimitName.READINGS_PER_METER, key=str(meter.meter_id), now=now)
    with use_case():
        # The meter before the set, as everywhere: two that wait for each other would never end.
        Meter.objects.select_for_update(no_key=True).only("pk").get(pk=meter.meter_id)
        row = _own_set(by, set_public_id=set_public_id, now=now)
        return take_set(
            by=by,
            meter_id=meter.meter_id,
            sent=replace(sent, read_on=row.read_on),
            now=now,
            instead_of=row,
        )


def _own_set(by: Actor, *, set_public_id: str, now: datetime) -> ReadingSet:
    """A set its author may still change, locked. :raises MeterNotFound: :raises WithdrawRefused:"""
    row = (
        ReadingSet.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__provider")
        .filter(public_id=set_public_id, account__in=visible_ids(by, right=Right.SUBMIT))
        .first()
    )
    if row is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    provider = row.account.provider
    why_not = may_withdraw(
        queries.set_for(by, public_id=set_public_id),
        by=by,
        today=provider_today(provider, now),
        window_to_day=provider.window_to_day,
    )
    if why_not is not None:
        raise WithdrawRefused(why_not)
    return row


def take_touches(ids: Collection[int]) -> None:
    """Whoever charges has looked at what these notes tell of (a step)."""
    ReadingTouch.objects.filter(pk__in=ids).delete()


def take_touches_of(source: str) -> None:
    """What :func:`take_touches` does, for the notes of a temporary table with a ``touch_id`` (a step)."""
    table = connection.ops.quote_name(source)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM metering_readingtouch n USING {table} s WHERE n.id = s.touch_id"  # noqa: S608
        )


def mark_used(*, set_ids: Sequence[int], by: Actor, now: datetime, period: Month | None = None) -> int:
    """The bill of a month has used these sets (a step). Says how many moved."""
    return len(
        move_sets(
            set_ids=set_ids,
            before=ReadingState.ACCEPTED,
            after=ReadingState.USED,
            by=by,
            now=now,
            period=period,
        )
    )


def mark_used_of(source: str, *, by: Actor, now: datetime, period: Month) -> int:
    """What :func:`mark_used` does, for the sets of a temporary table with a ``set_id`` (a step).

    How they are found is the planner's: whoever filled the table says how to read by keys.
    """
    return move_sets_of(
        source,
        column="set_id",
        before=ReadingState.ACCEPTED,
        after=ReadingState.USED,
        by=by,
        now=now,
        period=period,
    )

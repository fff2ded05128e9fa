"""What happens to a kept set later: taken back, looked at, overruled by a control reading, billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.metering import queries
from svet.metering.models import Meter, ReadingSet, ReadingValue
from svet.metering.operations.keeping import NewSet, NewValue, keep_sets, move_sets
from svet.metering.operations.submitting import SetRefused, supersede_higher
from svet.metering.operations.telling import tell_accepted, tell_refused
from svet.metering.queries import MeterNotFound, MeterReason
from svet.metering.rules import (
    Channel,
    Judgement,
    Kind,
    Reason,
    State,
    WithdrawReason,
    Zone,
    cut_off,
    judge,
    period_of,
)
from svet.subscribers.queries import provider_today, visible_to
from svet.subscribers.rules import Right


class WithdrawRefused(Refused):
    """The set cannot be taken back."""


def may_withdraw(
    view: queries.SetView, *, by: Actor, today: date, window_to_day: int
) -> WithdrawReason | None:
    """Why the actor may not take the set back, if so."""
    if view.kind != Kind.CUSTOMER or view.state not in (State.ACCEPTED, State.UNDER_REVIEW):
        return WithdrawReason.ALREADY
    if by.kind is ActorKind.PERSON and view.author_person_id != by.person_id:
        return WithdrawReason.NOT_YOURS
    period = period_of(view.read_on, window_to_day=window_to_day)
    if today > cut_off(period, window_to_day=window_to_day):
        return WithdrawReason.TOO_LATE
    return None


def withdraw_set(*, by: Actor, set_id: str, now: datetime, reason: str = "") -> None:
    """Take one's own set back before the cut-off; the row and its trail stay.

    :raises MeterNotFound: absent or not for the actor
    :raises WithdrawRefused: another's, billed or past the cut-off
    """
    with use_case():
        row = (
            ReadingSet.objects.select_for_update(of=("self",), no_key=True)
            .select_related("account__provider")
            .filter(public_id=set_id, account__in=visible_to(by, right=Right.SUBMIT))
            .first()
        )
        if row is None:
            raise MeterNotFound(MeterReason.NOT_FOUND)
        provider = row.account.provider
        why_not = may_withdraw(
            queries.set_for(by, public_id=set_id),
            by=by,
            today=provider_today(provider, now),
            window_to_day=provider.window_to_day,
        )
        if why_not is not None:
            raise WithdrawRefused(why_not)
        before = State(row.state)
        move_sets(set_ids=[row.pk], before=before, after=State.WITHDRAWN, by=by, now=now, reason=reason)
        journal.record(
            by=by,
            action="readings.withdrawn",
            subject="reading_set",
            subject_id=row.public_id,
            now=now,
            account_id=row.account_id,
            before={"state": before.value},
            after={"state": State.WITHDRAWN.value},
            reason=reason,
        )


def decide_review(*, by: Actor, set_id: int, accept: bool, reason: str, now: datetime) -> None:
    """The staff takes or refuses a set under review and the holders are told, with ``reason`` in its words.

    :raises WithdrawRefused: it is no longer there
    """
    with use_case():
        row = ReadingSet.objects.select_related("meter", "account").get(pk=set_id)
        Meter.objects.select_for_update(no_key=True).only("pk").get(pk=row.meter_id)
        after = State.ACCEPTED if accept else State.REJECTED
        if not move_sets(
            set_ids=[row.pk], before=State.UNDER_REVIEW, after=after, by=by, now=now, reason=reason
        ):
            raise WithdrawRefused(WithdrawReason.ALREADY)
        if accept:
            values = {Zone(v.zone): NewValue(v.value, v.turns, v.consumption) for v in row.values.all()}
            supersede_higher(meter=row.meter, than=values, but=row.pk, by=by, now=now, reason=reason)
            tell_accepted(
                row.account,
                values={zone: value.value for zone, value in values.items()},
                receipt=row.receipt_number,
                set_id=row.public_id,
                now=now,
            )
        else:
            tell_refused(row.account, reason=reason, now=now)
        journal.record(
            by=by,
            action="readings.reviewed",
            subject="reading_set",
            subject_id=row.public_id,
            now=now,
            account_id=row.account_id,
            after={"state": after.value},
            reason=reason,
        )


def take_control_reading(
    *,
    by: Actor,
    meter_id: int,
    values: Mapping[Zone, Decimal],
    read_on: date,
    now: datetime,
    act_number: str = "",
) -> str:
    """Keep what the company read off; unbilled customers' sets that contradict it are superseded.

    It may be lower than what was billed: the next bill gives the difference back. Says the receipt number.

    :raises ReadingRefused: not a value of this dial
    """
    with use_case():
        Meter.objects.select_for_update(no_key=True).only("pk").get(pk=meter_id)
        meter = Meter.objects.select_related("account__provider").get(pk=meter_id)
        known = queries.dials(meters=[meter], read_on=read_on)[meter.pk]
        judgement = judge(dials=known.dials, values=values, read_on=read_on)
        if any(verdict.refusal is not Reason.LOWER for verdict in judgement.refusals):
            raise SetRefused(judgement)
        new = NewSet(
            meter_id=meter.pk,
            account_id=meter.account_id,
            read_on=read_on,
            received_at=now,
            channel=Channel.OFFICE,
            kind=Kind.CONTROL,
            state=State.ACCEPTED,
            key=uuid4(),
            values=_control_values(judgement, known=known),
            reason=f"акт № {act_number}" if act_number else "",
        )
        (kept,) = keep_sets([new], by=by)
        _supersede_contradicting(meter, new=new, but=kept.set_id, by=by, now=now, reason=kept.receipt_number)
        journal.record(
            by=by,
            action="readings.controlled",
            subject="reading_set",
            subject_id=kept.public_id,
            now=now,
            account_id=meter.account_id,
            after={"values": {zone.value: str(value) for zone, value in values.items()}, "act": act_number},
        )
        return kept.receipt_number


def _control_values(judgement: Judgement, *, known: queries.MeterDials) -> dict[Zone, NewValue]:
    values = {}
    for dial in known.dials:
        verdict = judgement.verdicts[dial.zone]
        if verdict.refusal is Reason.LOWER:
            step = (verdict.value - dial.base.value) * dial.ratio
            values[dial.zone] = NewValue(verdict.value, dial.base.turns, step)
        else:
            values[dial.zone] = NewValue(verdict.value, verdict.turns, verdict.consumption)
    return values


def _supersede_contradicting(
    meter: Meter, *, new: NewSet, but: int, by: Actor, now: datetime, reason: str
) -> None:
    """Read earlier yet higher, or later yet lower."""
    rows = (
        ReadingValue.objects.filter(
            reading_set__meter=meter,
            reading_set__state=State.ACCEPTED.value,
            reading_set__kind=Kind.CUSTOMER.value,
        )
        .exclude(reading_set_id=but)
        .values_list("reading_set_id", "reading_set__read_on", "zone", "value", "turns")
    )
    capacity = 10**meter.digits
    wrong = set()
    for set_id, on, zone, value, turns in rows:
        control = new.values[Zone(zone)]
        step = capacity * turns + value - (capacity * control.turns + control.value)
        if (on <= new.read_on and step > 0) or (on >= new.read_on and step < 0):
            wrong.add(set_id)
    move_sets(set_ids=wrong, before=State.ACCEPTED, after=State.SUPERSEDED, by=by, now=now, reason=reason)


def mark_used(*, set_ids: Sequence[int], by: Actor, now: datetime, reason: str = "") -> int:
    """Billing has used these sets; ``reason`` names the bill's month (a step). Says how many moved."""
    require_transaction()
    return len(
        move_sets(set_ids=set_ids, before=State.ACCEPTED, after=State.USED, by=by, now=now, reason=reason)
    )

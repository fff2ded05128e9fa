"""What holders are told of their readings, in the transaction that makes it true. Steps only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from svet.accounts.queries import recipients_of
from svet.kernel.places import Place
from svet.look.formats import day
from svet.metering import events, texts
from svet.metering.models import Dispute
from svet.metering.queries import MeterView
from svet.metering.rules import DisputeState, Zone
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.notices.rules import EventSpec


def tell_accepted(
    meter: MeterView, *, values: Mapping[Zone, Decimal], receipt: str, set_public_id: str, now: datetime
) -> None:
    """The readings count; ``set_public_id`` is the public one."""
    params = {
        "account": meter.account.number,
        "values": texts.values_line(values, meter.unit),
        "receipt": receipt,
    }
    _tell(meter, event=events.READING_ACCEPTED, params=params, set_public_id=set_public_id, now=now)


def tell_refused(meter: MeterView, *, reason: str, set_public_id: str, now: datetime) -> None:
    """The staff looked at the readings and does not take them; ``reason`` may be empty."""
    params = {"account": meter.account.number, "reason": reason.strip() or texts.refused_by_staff()}
    _tell(meter, event=events.READING_REFUSED, params=params, set_public_id=set_public_id, now=now)


def tell_corrected(
    meter: MeterView, *, before: str, after: str, reason: str, set_public_id: str, now: datetime
) -> None:
    """The staff took other values than were sent; ``set_public_id`` is the public one of the new set."""
    params = {"account": meter.account.number, "before": before, "values": after, "reason": reason[:300]}
    _tell(meter, event=events.READING_CORRECTED, params=params, set_public_id=set_public_id, now=now)


def tell_control(
    meter: MeterView,
    *,
    values: Mapping[Zone, Decimal],
    read_on: date,
    until: date,
    set_public_id: str,
    now: datetime,
) -> None:
    """The company read the meter; until when one may object."""
    params = {
        "account": meter.account.number,
        "values": texts.values_line(values, meter.unit),
        "on": day(read_on),
        "until": day(until),
    }
    _tell(meter, event=events.CONTROL_READING, params=params, set_public_id=set_public_id, now=now)


def tell_dispute_answered(dispute: Dispute, *, words: str, after: DisputeState, now: datetime) -> None:
    """The staff answered an objection; ``words`` are its own."""
    answer = f"{texts.DISPUTE_STATES[after]}. {words}"
    params = {"account": dispute.account.number, "answer": answer[:300]}
    set_public_id = dispute.reading_set.public_id
    _tell(dispute, event=events.DISPUTE_ANSWERED, params=params, set_public_id=set_public_id, now=now)


def _tell(
    of: MeterView | Dispute, *, event: EventSpec, params: Mapping[str, str], set_public_id: str, now: datetime
) -> None:
    place = Place("reading-receipt", (set_public_id,))
    notices.notify_many(
        event=event,
        tidings=[NoticeMessage(each, params, place) for each in recipients_of(account_id=of.account_id)],
        now=now,
    )

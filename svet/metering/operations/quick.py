"""Readings without signing in: nothing about the account comes back, its holders are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from svet.accounts.queries import account_lengths, people_of, provider_today
from svet.accounts.rules import Right, normalise_account_number, normalise_meter_number
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.kernel.writing import plain_number
from svet.limits import operations as limits
from svet.limits.rules import LimitName, Purpose
from svet.metering import events, queries, texts
from svet.metering.operations.submitting import submit_readings
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingChannel, ReadingSubmission, Zone, parse_value, zones_of
from svet.notices import operations as notices
from svet.people import queries as people

# The widest dial there is: the form is judged before anybody looks whether the meter exists.
DIGITS, DECIMALS = 9, 3


class QuickReason(StrEnum):
    REQUIRED = "required"
    SCALES = "other_scales"


class QuickRefused(Refused):
    """The form alone is wrong; says nothing about any meter."""


def submit_quick(
    *,
    account_number: str,
    meter_number: str,
    values: Mapping[Zone, str],
    address: str,
    now: datetime,
    work: str = "",
) -> None:
    """Take readings from whoever knows the two numbers; the caller gets the same answer whatever they open.

    What cannot be taken, and what would need a confirmation, is dropped and told to the account's holders.

    :raises NumberRefused: :raises ReadingRefused: :raises QuickRefused: the form is wrong by itself
    :raises LimitReached: too many for this number, whether or not it exists
    :raises WorkNeeded: the network is busy and no ``work`` came along
    """
    number = normalise_account_number(account_number, account_lengths())
    serial = normalise_meter_number(meter_number)
    typed = {zone: raw for zone, raw in values.items() if raw.strip()}
    if not typed:
        raise QuickRefused(QuickReason.REQUIRED, field="single")
    wide = {
        zone: parse_value(raw, digits=DIGITS, decimals=DECIMALS, field=zone) for zone, raw in typed.items()
    }
    limits.require(purpose=Purpose.QUICK, address=address, work=work, now=now)
    limits.spend(limit=LimitName.QUICK_PER_ACCOUNT, key=number, now=now)
    meter = queries.standing_by_pair(account_number=number, serial=serial)
    if meter is None:
        journal.record_security(
            by=Actor.anonymous(address=address),
            action="quick.wrong_pair",
            subject="account_number",
            subject_id=number,
            now=now,
        )
        return
    try:
        _submit(meter, typed=typed, wide=wide, now=now)
    except Refused as refused:
        _tell(meter, refused=refused, now=now)


def _submit(
    meter: MeterView, *, typed: Mapping[Zone, str], wide: Mapping[Zone, Decimal], now: datetime
) -> None:
    if set(typed) != set(zones_of(meter.scheme)):
        raise QuickRefused(QuickReason.SCALES)
    read_on = provider_today(meter.account.provider, now)
    said = ";".join(f"{zone}={plain_number(value)}" for zone, value in sorted(wide.items()))
    submit_readings(
        by=Actor.system("quick"),
        meter_id=meter.meter_id,
        sent=ReadingSubmission(
            values={
                zone: parse_value(
                    raw, digits=meter.digits, decimals=meter.decimals, field=zone, unit=meter.unit
                )
                for zone, raw in typed.items()
            },
            read_on=read_on,
            channel=ReadingChannel.QUICK,
            # The same values on the same day are one sending, however often the button was pressed.
            key=uuid5(NAMESPACE_URL, f"svet:quick:{meter.public_id}:{read_on}:{said}"),
        ),
        now=now,
    )


def _tell(meter: MeterView, *, refused: Refused, now: datetime) -> None:
    reason = texts.explain(refused)
    with use_case():
        for person_id in people_of(account_id=meter.account_id, right=Right.SUBMIT):
            notices.notify(
                recipient_id=people.recipient_of(person_id),
                event=events.READING_REFUSED,
                params={"account": meter.account.number, "reason": str(reason)},
                place=Place("readings"),
                now=now,
            )

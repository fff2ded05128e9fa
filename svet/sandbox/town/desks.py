"""Work for the office's first day: a letter, a doubtful reading, a control reading that is objected to.

All of it is sent by the residents themselves through the operations their pages use, in the month that runs,
so that no desk of a fresh town is empty.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from svet.accounts.queries import accounts_of_phone, provider_today
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering import queries
from svet.metering.queries import MeterView
from svet.metering.rules import Answers, ReadingChannel, ReadingSubmission, Zone
from svet.people import queries as people
from svet.sandbox.town.providers import BUILDER
from svet.sandbox.town.rules.cast import ANNA_PHONE, BORIS_PHONE, VERA_PHONE
from svet.support.operations import open_appeal

#: Far more than a household's line carries in a month, so that the guard leaves it to a person.
BEYOND_BELIEF: Final = Decimal(40_000)
A_LITTLE: Final = Decimal(35)
LETTER: Final = "В октябре сумма выросла почти вдвое, а мы две недели были в отъезде. Почему так?"
OBJECTION: Final = "Контролёр списал цифры с соседнего прибора: у меня на шкале меньше."
WORDS: Final = "Переписала с экрана прибора."


def fill_desks(*, now: datetime) -> None:
    """Leave one thing on each desk; what was left once is not left again."""
    open_appeal(by=_actor(ANNA_PHONE), topic="bill", words=LETTER, key=_key("appeal"), now=now)
    _send_beyond_belief(now=now)
    _object_to_control(now=now)


def _send_beyond_belief(*, now: datetime) -> None:
    vera = _actor(VERA_PHONE)
    meter = _meter(VERA_PHONE)
    key = _key("reading")
    if queries.has_set(meter_id=meter.meter_id, key=key):
        return
    capacity = Decimal(10**meter.digits)
    values = {zone: (value + BEYOND_BELIEF) % capacity for zone, value in _last(meter, now=now).items()}
    metering.submit_readings(
        by=vera,
        meter_id=meter.meter_id,
        sent=ReadingSubmission(
            values=values,
            read_on=provider_today(meter.account.provider, now),
            channel=ReadingChannel.WEB,
            key=key,
            answers=Answers(confirmed=True, insists=True),
            words=WORDS,
        ),
        now=now,
    )


def _object_to_control(*, now: datetime) -> None:
    meter = _meter(BORIS_PHONE)
    sent = queries.reading_sets(account_ids=[meter.account_id])
    if queries.disputes_of([view.set_id for view in sent]):
        return
    receipt = metering.take_control_reading(
        by=BUILDER,
        meter_id=meter.meter_id,
        values={zone: value + A_LITTLE for zone, value in _last(meter, now=now).items()},
        read_on=provider_today(meter.account.provider, now),
        now=now,
        act_number="К-117",
    )
    control = queries.set_by_receipt(receipt_number=receipt, account_id=meter.account_id)
    assert control is not None
    metering.open_dispute(by=_actor(BORIS_PHONE), set_public_id=control.public_id, words=OBJECTION, now=now)


def _actor(phone: str) -> Actor:
    person = people.person_by_phone(phone)
    assert person is not None
    return Actor.person(person.person_id)


def _meter(phone: str) -> MeterView:
    """The meter of the first account that stands in the registry with this phone."""
    return queries.standing_with_accounts(account_ids=accounts_of_phone(phone)[:1])[0]


def _last(meter: MeterView, *, now: datetime) -> dict[Zone, Decimal]:
    read_on = provider_today(meter.account.provider, now)
    known = queries.dials(meters=[meter], read_on=read_on)[meter.meter_id]
    return {dial.zone: dial.last.value for dial in known.dials}


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"svet:town:{name}")

"""What stands in a fresh town besides bills: a promise, a debt paid in parts, works announced for a house.

The residents agree by the operations of their own pages, and only where the rule offers it; the office
announces the works as its desk does.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from svet.accounts.queries import AccountView, account_for, accounts_by_id, accounts_of_phone, provider_today
from svet.arrangements.operations import promise_payment
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries import offer_for, promises_of
from svet.arrangements.queries.offering import plan_offer
from svet.arrangements.queries.plans import plans_of
from svet.kernel.actors import Actor
from svet.outages.operations import enter_outage
from svet.outages.queries import outages_of
from svet.outages.rules import OutageKind, OutageWords, PlaceLine
from svet.people.queries import person_by_phone
from svet.sandbox.town.providers import BUILDER
from svet.sandbox.town.rules.cast import ANNA_PHONE, BORIS_PHONE, VERA_PHONE

#: Far enough that nobody is told by SMS on the first day of a demo.
AHEAD: Final = timedelta(days=6)
BEGIN, END = time(10), time(15)
PROMISED: Final = timedelta(days=7)
MONTHS: Final = 3


def agree(*, now: datetime) -> None:
    """Boris promises, Vera pays in parts, Anna's house waits for works; what was once is not made again."""
    _promise(now=now)
    _pay_in_parts(now=now)
    _announce_works(now=now)


def _promise(*, now: datetime) -> None:
    boris, account = _first_of(BORIS_PHONE)
    offer = offer_for(account, person_id=boris.person_id or 0, now=now)
    if offer.why is None and not promises_of(account.account_id):
        until = min(provider_today(account.provider, now) + PROMISED, offer.last_on)
        promise_payment(by=boris, account_public_id=account.public_id, until=until, now=now)


def _pay_in_parts(*, now: datetime) -> None:
    vera, account = _first_of(VERA_PHONE)
    offer = plan_offer(account, person_id=vera.person_id or 0, now=now)
    if offer.why is None and not plans_of(account.account_id, now=now):
        months = min(MONTHS, max(offer.choices))
        agree_on_plan(by=vera, account_public_id=account.public_id, months=months, shown=offer.shown, now=now)


def _announce_works(*, now: datetime) -> None:
    _, account = _first_of(ANNA_PHONE)
    key = account.account_id
    if any(outages_of([key], now=now, past=past).get(key) for past in (False, True)):
        return
    day, zone = provider_today(account.provider, now) + AHEAD, ZoneInfo(account.provider.time_zone)
    place = account.premises
    words = OutageWords(
        OutageKind.PLANNED,
        datetime.combine(day, BEGIN, tzinfo=zone),
        datetime.combine(day, END, tzinfo=zone),
        "замена опор и проводов",
        (PlaceLine(place.city, place.street, place.house),),
    )
    enter_outage(words, provider_id=account.provider.provider_id, by=BUILDER, now=now)


def _first_of(phone: str) -> tuple[Actor, AccountView]:
    """Somebody of the cast and the first account that stands in the registry with their phone."""
    person = person_by_phone(phone)
    assert person is not None
    actor = Actor.person(person.person_id)
    first = accounts_by_id(accounts_of_phone(phone)[:1])[0]
    return actor, account_for(actor, public_id=first.public_id)

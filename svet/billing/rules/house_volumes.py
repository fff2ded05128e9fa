"""The common needs of an account's house, put into its months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from svet.billing.rules.facts import AccountFacts, OverrideKind
from svet.billing.rules.houses import HouseShare
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason
from svet.billing.rules.lines import Evidence, Line, MonthVolume
from svet.billing.rules.norm_needs import ACCOUNT
from svet.billing.rules.timeline import BillingCalendar
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone


def house_volumes(
    volumes: Mapping[Month, Sequence[MonthVolume]],
    *,
    facts: AccountFacts,
    horizon: Month,
    calendar: BillingCalendar,
) -> list[tuple[Month, MonthVolume]]:
    """The account's part of its house, month by month, also where it used nothing itself; zeros as well.

    :raises BillingProblem: nobody knows what the house used in a month of the account's, or a part is not
        what its formula gives
    """
    found = []
    known = set()
    for share in facts.house:
        days = _days(share.month, facts, calendar)
        if not facts.floor <= share.month <= horizon or days is None:
            continue
        if not share.right:
            raise _problem(BillingReason.WRONG_SHARE, share.month, facts)
        known.add(share.month)
        found.append((share.month, _volume(share, volumes.get(share.month, ()), days)))
    for month in _of_house(facts, horizon):
        if month not in known and _days(month, facts, calendar) is not None:
            raise _problem(BillingReason.NO_HOUSE_VOLUME, month, facts)
    return found


def own_kwh(lines: Sequence[Line], month: Month) -> Decimal:
    """What an account itself used in a month."""
    return sum(
        (line.kwh for line in lines if line.month == month and line.basis is not Basis.HOUSE), Decimal(0)
    )


def without_house(facts: AccountFacts) -> AccountFacts:
    """The account as its house counts it: what it used itself, also where that is given to it free."""
    volumes = tuple(each for each in facts.overrides if each.kind is OverrideKind.VOLUME)
    return replace(facts, house=(), stays=(), overrides=volumes)


def _of_house(facts: AccountFacts, horizon: Month) -> Iterator[Month]:
    for stay in facts.stays:
        month = max(stay.since, facts.floor)
        last = horizon if stay.until is None else min(stay.until, horizon)
        while month <= last:
            yield month
            month = month.plus(1)


def _days(month: Month, facts: AccountFacts, calendar: BillingCalendar) -> tuple[date, date] | None:
    """The days of a month on which the contract held; None: on none of them."""
    since = max(calendar.cut(month.plus(-1)), facts.opened_on)
    until = calendar.cut(month) if facts.closed_on is None else min(calendar.cut(month), facts.closed_on)
    return (since, until) if since < until else None


def _volume(share: HouseShare, others: Sequence[MonthVolume], days: tuple[date, date]) -> MonthVolume:
    return MonthVolume(
        ACCOUNT,
        Scheme.SINGLE,
        Zone.SINGLE.value,
        share.kwh,
        Basis.HOUSE,
        min((volume.since for volume in others), default=days[0]),
        max((volume.until for volume in others), default=days[1]),
        Evidence(house=share.no),
    )


def _problem(reason: BillingReason, month: Month, facts: AccountFacts) -> BillingProblem:
    house = next((stay.house for stay in facts.stays if stay.covers(month)), "")
    return BillingProblem(reason, details={"month": month, "house": house})

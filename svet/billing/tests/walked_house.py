"""The house of a walked life: what the office enters of it, and its common needs counted once more.

The second count knows formulas 12 and 15 (decree 354 of 2011, appendix 2) in its own words and no code of
``rules.houses``; the flats' own kWh come from the naive calculation too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from svet.billing.models import HouseRow, HouseShareRow
from svet.billing.operations.house_registers import reopen_house_month
from svet.billing.rules.facts import AccountFacts
from svet.billing.tests import naive_office
from svet.billing.tests.naive import Diary, half_up
from svet.kernel.actors import Actor
from svet.kernel.periods import Month

AREA, WHOLE, COMMON, OTHERS, RATIO = Decimal("51.3"), 200, 30, 400, 30
#: How a house may count, with a norm of kWh for a m² that binds the meter in most months, or never does.
WAYS = (("direct", 0), ("meter", 10), ("meter", 90), ("norm", 7))


@dataclass(slots=True)
class WalkedHouse:
    """What was entered of a house; ``terms`` by the month since which they hold: way, norm, losses."""

    terms: dict[Month, tuple[str, int, int]] = field(default_factory=dict)
    read: dict[Month, int] = field(default_factory=dict)

    def since(self, month: Month) -> tuple[str, int, int]:
        """What holds in a month."""
        return self.terms[max(each for each in self.terms if each <= month)]

    def unread(self, first: Month, last: Month) -> list[Month]:
        """The months nobody has read it in."""
        return [month for month in months(first, last) if month not in self.read]

    def kwh(self, month: Month, first: Month, rooms: Fraction) -> Fraction:
        """Formula 15, or 12: the whole house less its rooms, at most formula 15 where others manage it."""
        way, norm, losses = self.since(month)
        by_norm = Fraction(norm * COMMON)
        if way == "norm":
            return by_norm
        before = 0 if month == first else self.read[month.plus(-1)]
        shown = Fraction((self.read[month] - before) * RATIO)
        over = max(shown + thousandths(shown * losses / 100) - rooms - OTHERS, Fraction(0))
        return min(over, by_norm) if way == "meter" and norm else over


def thousandths(kwh: Fraction) -> Fraction:
    """Rounded half up."""
    return Fraction(half_up(kwh * 1000), 1000)


def months(first: Month, last: Month) -> list[Month]:
    """From the first to the last of them."""
    return [first.plus(n) for n in range(last - first + 1)]


def own_kwh(facts: AccountFacts, horizon: Month) -> Mapping[Month, Fraction]:
    """What the flat used itself, also where that was given to it free."""
    bare = replace(
        facts,
        house=(),
        stays=(),
        overrides=tuple(each for each in facts.overrides if each.kind.value == "volume"),
    )
    found: dict[Month, Fraction] = {}
    for part in naive_office.parts(bare, horizon):
        found[part.month] = found.get(part.month, Fraction(0)) + part.kwh
    return found


def frozen(account_id: int) -> dict[Month, Decimal]:
    """The account's part of each month of its house, as it counts now."""
    rows = HouseShareRow.objects.filter(account_id=account_id, house_month__gone_at=None)
    return {Month.of(row.house_month.month): row.kwh for row in rows.select_related("house_month")}


def reopen(provider_id: int, month: Month, *, by: Actor, now: datetime) -> None:
    """Let a month be counted again from what is known by then."""
    key = HouseRow.objects.get(provider_id=provider_id).public_id
    reopen_house_month(house_public_id=key, month=month, by=by, now=now)


def counted(house: WalkedHouse, facts: AccountFacts, first: Month, last: Month) -> dict[Month, Decimal]:
    """The account's part of each month in which its contract held on some day, thousandths half up."""
    own = own_kwh(facts, last)
    diary, found = Diary(facts, last), {}
    for month in months(max(first, facts.floor), last):
        if any(facts.opened_on <= day < (facts.closed_on or date.max) for day in diary.days(month)):
            whole = house.kwh(month, first, own.get(month, Fraction(0)))
            part = thousandths(whole * Fraction(AREA) / WHOLE)
            found[month] = Decimal(part.numerator) / part.denominator
    return found

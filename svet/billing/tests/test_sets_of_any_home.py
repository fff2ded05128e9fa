"""Sets and rules charge the same: homes planted for each condition, and homes that nobody thought of."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from svet.accounts.models import Account
from svet.accounts.rules.terms import TermsRefused
from svet.accounts.tests.factories import set_terms
from svet.billing import operations
from svet.billing.models import ChargeLine
from svet.billing.tests.factories import NOW
from svet.billing.tests.test_sets import (
    EASY,
    JULY,
    JUNE,
    MAY,
    ROBOT,
    Home,
    Rows,
    at_once,
    by,
    charge,
    load_prices,
    planted,
    provider_id,
    taken_back,
)
from svet.kernel.periods import Month
from svet.metering.models import Meter, ReadingSet, ReadingTouch

pytestmark = pytest.mark.django_db
LONG = int(os.environ.get("SVET_LONG", "0"))


def test_every_home_is_charged_as_the_rules_charge_it_and_the_easy_ones_by_sets() -> None:
    homes = planted()
    slow, none = by(False)
    easy: set[int] = set()
    fast, some = by(True, easy=easy)
    for name in slow:
        assert fast[name] == slow[name], name
    assert {name for name, home in homes.items() if home.account.pk in easy} == EASY
    assert (none, some) == (0, len(EASY))


MONTHS = [Month(2026, 3).plus(place) for place in range(5)]
_value = st.integers(0, 700) | st.sampled_from((Decimal("0.5"), Decimal("99.999"), 100, 200, 300, 500))
_kind = st.sampled_from(("customer",) * 14 + ("control", "final"))
#: Until the 25th the readings of a month are taken.
_day = st.sampled_from((*range(12, 26), *range(12, 26), 26, 27))
_read = st.tuples(st.integers(0, 1), st.sampled_from(MONTHS[2:]), st.integers(12, 28), _value, _kind)


def _seldom(what: st.SearchStrategy[Any], *, of: int = 20) -> st.SearchStrategy[Any]:
    """Nothing, but for one home of so many."""
    return st.integers(1, of).flatmap(lambda number: what if number == of else st.none())


# What a meter showed that day, told late; moved by so much it tells other months something else.
_late = st.tuples(
    st.integers(0, 1), st.sampled_from((JUNE,) * 12 + (MAY,)), _day,
    st.sampled_from((0,) * 8 + (1, -1, 60, -60)), _kind,
)  # fmt: skip
_home = st.fixed_dictionaries(
    {
        "group": st.sampled_from(("1.1", "1.2", "1.3", "1.4", "1.5") * 2 + ("1.6", "9.9")),
        "persons": st.sampled_from((None, 0, 1, 3)),
        "schemes": st.lists(st.sampled_from((1, 1, 1, 2, 3)), min_size=1, max_size=2),
        # What each meter uses in a month; the rest is what goes otherwise.
        "used": st.lists(_value, min_size=10, max_size=10),
        "days": st.lists(_day, min_size=10, max_size=10),
        "silent": _seldom(st.sets(st.sampled_from((2, 3, 3, 4, 7, 8, 8, 9)), min_size=1, max_size=2), of=4),
        "more": _seldom(st.lists(_read, min_size=1, max_size=2), of=12),
        "late": st.lists(_late, max_size=2),
        "later": _seldom(_read),
        "gone": _seldom(st.tuples(st.integers(0, 1), st.sampled_from((MAY, JUNE)))),
        "young": _seldom(st.sampled_from(MONTHS[1:4])),
        "replaced": _seldom(st.dates(MONTHS[1].day(1), JULY.day(22))),
        "closed": _seldom(st.integers(30, 100)),
        "term": _seldom(
            st.tuples(st.integers(-60, 100), st.sampled_from((1, 4)), st.sampled_from((None, "1.1", "1.2"))),
            of=12,
        ),
    }
)


def build(how: Mapping[str, Any]) -> Home:
    """A home whose months until June lie before us."""
    home = Home(how["group"], persons=how["persons"], schemes=how["schemes"][:1], begin=date(2026, 2, 20))
    young, replaced = how["young"], how["replaced"]
    home.meters += [home.put(scheme, on=young.day(1) if young else None) for scheme in how["schemes"][1:]]
    for meter in range(len(home.meters)):
        for place, (on, value) in enumerate(_shown(how, meter)):
            if replaced and not meter and on >= replaced:
                home.read(Month.of(replaced), value, day=replaced.day, kind="final")
                break
            if meter * 5 + place not in (how["silent"] or ()) and not (
                meter and young and MONTHS[place] < young
            ):
                home.read(MONTHS[place], value, meter=meter, day=on.day)
    if replaced:
        Meter.objects.filter(pk=home.meters[0].pk).update(removed_on=replaced)
        home.meters[0] = home.put(how["schemes"][0], on=replaced)
        for place, month in enumerate(each for each in MONTHS if each.day(28) > replaced):
            home.read(month, 90 * place, day=28 if month == Month.of(replaced) else 20)
    if how["closed"] is not None:
        closed = MAY.day(1) + timedelta(days=how["closed"])
        Account.objects.filter(pk=home.account.pk).update(closed_on=closed)
    if how["term"] is not None:
        days, persons, group = how["term"]
        changes = {"residents": persons} | ({"tariff_group": group} if group else {})
        with suppress(TermsRefused):  # the contract is over by then
            set_terms(home.account, since=MAY.day(1) + timedelta(days=days), **changes)
    more(home, how["more"] or ())
    return home


def _shown(how: Mapping[str, Any], meter: int) -> list[tuple[date, Decimal]]:
    """The days of a meter's readings and what it shows then."""
    value = Decimal(0)
    found: list[tuple[date, Decimal]] = []
    for place, month in enumerate(MONTHS):
        value += how["used"][meter * 5 + place]
        found.append((month.day(how["days"][meter * 5 + place]), value))
    return found


def more(home: Home, reads: Sequence[tuple[Any, ...]]) -> None:
    for meter, month, day, value, kind in reads:
        if meter < len(home.meters):
            home.read(month, value, meter=meter, day=day, kind=kind)


def afterwards(home: Home, how: Mapping[str, Any]) -> None:
    """What becomes known of a home when June is charged."""
    for meter, month, day, moved, kind in how["late"]:
        if meter >= len(home.meters):
            continue
        on, shown = month.day(day), _shown(how, meter)
        after = next(place for place, (known, _) in enumerate(shown) if known >= on or place == 4)
        (begin, low), (end, high) = shown[after - 1], shown[after]
        value = low + round((high - low) * (on - begin).days / max((end - begin).days, 1)) + moved
        home.read(month, max(value, Decimal(0)), meter=meter, day=day, kind=kind)
    more(home, [how["later"]] if how["later"] is not None else ())
    if how["gone"] is not None:
        meter, month = how["gone"]
        if meter < len(home.meters):
            ReadingSet.objects.filter(
                meter=home.meters[meter], read_on__gte=month.day(1), read_on__lte=month.day(28)
            ).update(state="corrected")


@pytest.fixture
def prices(db: None) -> None:
    """Loaded once for all examples: each takes back only what it wrote itself."""
    load_prices()


#: What some example must have come to, by sets, or the others prove nothing of it.
MET = {"late", "late, posted anew"}


_homes = st.lists(_home, min_size=6, max_size=10)
_base = st.sampled_from((1, 1, 2, 3))
_quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@pytest.mark.usefixtures("prices")
def test_whatever_is_known_both_ways_charge_the_same() -> None:
    """``SVET_LONG=1000`` makes so many examples; with ``-s`` it says how many of them came to what.

    The suite draws 25 and charges all that have one policy together: a run costs for eighty homes little more
    than for eight. When they differ, each example is lived alone, to say which.
    """
    met: Counter[str] = Counter()
    if LONG:
        _one_by_one(met)
    else:
        drawn = _drawn(25)
        for base in sorted({base for _, base in drawn}):
            together = [home for homes, of in drawn if of == base for home in homes]
            with taken_back():
                differs = _differs(together, base, met)
            if differs:
                for homes, of in drawn:
                    with taken_back():
                        _live(homes, of, met)
                raise differs
    sys.stdout.writelines(f"{number:5} {name}\n" for name, number in sorted(met.items()))
    assert not MET - met.keys()


def _differs(hows: Sequence[Mapping[str, Any]], base: int, met: Counter[str]) -> AssertionError | None:
    try:
        _live(hows, base, met)
    except AssertionError as differs:
        return differs
    return None


def _drawn(most: int) -> list[tuple[Sequence[Mapping[str, Any]], int]]:
    """So many lists of homes, each with how many months an average takes."""
    drawn: list[tuple[Sequence[Mapping[str, Any]], int]] = []

    @given(hows=_homes, base=_base)
    @settings(
        max_examples=most, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=_quiet,
    )  # fmt: skip
    def draw(hows: Sequence[Mapping[str, Any]], base: int) -> None:
        drawn.append((hows, base))

    draw()
    return drawn


def _one_by_one(met: Counter[str]) -> None:
    """Each example alone; one that differs is made as small as it can be."""

    @given(hows=_homes, base=_base)
    @settings(
        max_examples=LONG, deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=_quiet,
    )  # fmt: skip
    def both_ways(hows: Sequence[Mapping[str, Any]], base: int) -> None:
        with taken_back():
            _live(hows, base, met)

    both_ways()


def _live(hows: Sequence[Mapping[str, Any]], base: int, met: Counter[str]) -> None:
    operations.set_policy(
        provider_id=provider_id(), valid_from=date(2025, 1, 1), norm_kwh_per_person=Decimal(90), by=ROBOT,
        now=NOW, average_base_months=base, average_base_least=1,
    )  # fmt: skip
    with at_once():
        homes = [build(how) for how in hows]
    for month in MONTHS[:3]:
        charge(month, by_sets=False)
    charge(JUNE, by_sets=False)
    before = set(ReadingTouch.objects.values_list("pk", flat=True))
    for home, how in zip(homes, hows, strict=True):
        afterwards(home, how)
    notes = ReadingTouch.objects.exclude(pk__in=before).filter(read_on__lte=JUNE.day(25))
    late = set(notes.values_list("account_id", flat=True))
    fast, easy = _compared(JULY)
    names = [
        field.column for field in ChargeLine._meta.concrete_fields if field.column not in ("id", "charge_id")
    ]
    lines = [dict(zip(names, row, strict=True)) for row in fast["lines"]]
    what = {"example"}
    for home, how in zip(homes, hows, strict=True):
        key = home.account.pk
        now = [each for each in lines if each["account_id"] == key and each["period"] == JULY.first]
        way = "" if key in easy else ", by the rules"
        corrected = {each["meter_id"] for each in now if each["month"] == JUNE.first}
        if any(each["basis"] == "average" and each["month"] == JULY.first for each in now):
            what.add(f"average{way}")
        if any(each["basis"] == "average" and each["reverses_id"] for each in now):
            what.add(f"average taken back{way}")
        if key not in late:
            continue
        what.add(f"late{way}")
        if corrected:
            what.add(f"late, posted anew{way}")
        if corrected and len(corrected) < len(home.meters):
            what.add(f"late, another meter as it was{way}")
        of_meter = Counter(each[0] for each in how["late"] if each[0] < len(home.meters))
        if of_meter and max(of_meter.values()) > 1:
            what.add(f"late, two of a meter{way}")
        if len({each["range_no"] for each in now if each["month"] == JUNE.first}) > 1:
            what.add(f"late, over ranges{way}")
        for name in ("gone", "young", "replaced", "closed", "term"):
            if how[name] is not None:
                what.add(f"late, {name}{way}")
        if any(each[1] == MAY for each in how["late"]):
            what.add(f"late by two months{way}")
    met.update(what)


def _compared(month: Month) -> tuple[Rows, set[int]]:
    """What a month leaves, the same both ways, and who was charged by sets."""
    easy: set[int] = set()
    slow, _ = by(False, month)
    fast, _ = by(True, month, easy=easy)
    for name in slow:
        assert fast[name] == slow[name], name
    return fast, easy

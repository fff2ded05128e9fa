"""A Green Button file of months that later bills corrected: kWh, cost, quality and days of one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

from svet.bills.rules import LineRow
from svet.bills.tests.factories import make_line
from svet.cabinet.usage.espi import green_button
from svet.kernel.periods import Month
from svet.usage.rules import UsageMonth, UsageStory, corrections_by_month, usage_month

ZONE = ZoneInfo("Asia/Yekaterinburg")
ESPI = "{http://naesb.org/espi}"
PERIOD = f"{ESPI}timePeriod/{ESPI}"
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
CORRECTED = date(2026, 10, 1)


def line(kwh: int, since: date, until: date, basis: str = "reading") -> LineRow:
    made = make_line(kwh=Decimal(kwh), price=Decimal("4.85"), basis=basis)
    return replace(made, since_on=since, until_on=until)


def told(months: dict[Month, list[LineRow]]) -> list[tuple[date, date, int, int, str]]:
    """Of each interval the first day, the day after it, Wh, kopecks and quality."""
    later = corrections_by_month(months.values())
    found: list[UsageMonth] = [
        usage_month(month=month, bill_public_id="b", lines=lines, later=later.get(month, ()))
        for month, lines in months.items()
    ]
    feed = fromstring(
        green_button(UsageStory(tuple(found[::-1])), account="a", names={"single": "x"}, zone=ZONE, now=NOW)
    )

    answers = []
    for each in feed.iter(f"{ESPI}IntervalReading"):
        start, length, wh, cost = (
            int(each.findtext(path, ""))
            for path in (f"{PERIOD}start", f"{PERIOD}duration", f"{ESPI}value", f"{ESPI}cost")
        )
        since, until = (datetime.fromtimestamp(moment, ZONE).date() for moment in (start, start + length))
        quality = each.findtext(f"{ESPI}ReadingQuality/{ESPI}quality", "")
        answers.append((since, until, wh, cost // 1_000, quality))
    return answers


def test_a_corrected_month_costs_what_it_used_and_the_next_one_keeps_its_days() -> None:
    october = [line(300, date(2026, 9, 25), date(2026, 10, 25), "average")]
    recalculated = replace(line(-200, CORRECTED, date(2026, 10, 25), "recalculation"), corrects=CORRECTED)
    november = [line(100, date(2026, 10, 25), date(2026, 11, 25)), recalculated]
    assert told({Month(2026, 10): october, Month(2026, 11): november}) == [
        (date(2026, 9, 25), date(2026, 10, 25), 100_000, 48_500, "17"),
        (date(2026, 10, 25), date(2026, 11, 25), 100_000, 48_500, "17"),
    ]


def test_a_month_without_its_own_use_has_the_days_that_its_neighbours_leave() -> None:
    october = [line(300, date(2026, 9, 25), date(2026, 10, 25))]
    december = [line(100, date(2026, 11, 25), date(2026, 12, 25))]
    house = [line(7, date(2026, 10, 25), date(2026, 11, 25), "house")]
    found = told({Month(2026, 10): october, Month(2026, 11): house, Month(2026, 12): december})
    assert [each[:2] for each in found] == [
        (date(2026, 9, 25), date(2026, 10, 25)),
        (date(2026, 11, 1), date(2026, 11, 25)),
        (date(2026, 11, 25), date(2026, 12, 25)),
    ]

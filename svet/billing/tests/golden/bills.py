"""Makes the golden bills: the runs of the foul-weather scenarios, and made-up years by every shipped file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from svet.billing.rules.difference import Difference, reversal
from svet.billing.rules.explained_lines import PostedLine
from svet.billing.rules.explanation import Explanation
from svet.billing.rules.facts import AccountFacts, AccountTerms
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.price_tables import price_tables
from svet.billing.rules.should import should
from svet.billing.tests import test_weather
from svet.billing.tests.facts import Book, account, meter, policy
from svet.kernel.periods import Month
from svet.metering.rules import zones_of
from svet.tariffs.operations import shipped_files
from svet.tariffs.rules.tariff_file import TariffLine, parse
from svet.tariffs.rules.tariffs import GroupTariffs, Price

LAST = Month(2026, 12)
#: kWh of half a year's months on the first scale; None: nothing is sent.
_USED = (150, 900, 4500, None, 7000, 300)
#: Which of the six months are kept: the others only lead to them.
_KEPT = (1, 3, 4)


class Golden:
    """Collects bills, each under the name of what it comes from."""

    def __init__(self) -> None:
        self.found: list[Explanation] = []
        self.name: str | None = None

    def take(
        self, facts: AccountFacts, horizon: Month, stood: dict[int, Line], done: Difference[int]
    ) -> None:
        """A run of a book."""
        name = self.name or os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[2].partition(" ")[0]
        self.found.append(
            Explanation(
                provider="golden",
                account=name,
                month=horizon,
                known_at="",
                exact=True,
                facts=facts,
                stood=tuple(stood.items()),
                posted=(
                    *(PostedLine(reversal(line), reverses=no) for no, line in done.reverse),
                    *(PostedLine(line) for line in done.post),
                ),
                kopecks=done.kopecks,
            )
        )


def scenarios() -> list[Explanation]:
    """Every run of the scenarios' books, and what they ask for without a book as a first charge."""
    golden = Golden()

    def first_charge(facts: AccountFacts, *, horizon: Month) -> list[Line]:
        lines = should(facts, horizon=horizon)
        golden.take(facts, horizon, {}, Difference((), tuple(lines)))
        return lines

    Book.told = golden.take
    vars(test_weather)["should"] = first_charge
    try:
        assert pytest.main(["-q", "-p", "no:cacheprovider", str(test_weather.__file__)]) == 0
    finally:
        Book.told = None
        vars(test_weather)["should"] = should
    return golden.found


def years() -> Iterator[Explanation]:
    """By every file, group and scheme of ours half a year after the other, as far as it has prices."""
    for file in shipped_files():
        for group, tariffs in _groups(file).items():
            for scheme in (1, 2, 3):
                yield from _of_group(f"{file.stem} {group} {scheme}", group, tariffs, scheme)


def _of_group(name: str, group: str, tariffs: GroupTariffs, scheme: int) -> Iterator[Explanation]:
    tables = price_tables(tariffs)
    month = Month.of(min(table.since for table in tables)).plus(1)
    while month <= LAST:
        yield from _half_a_year(
            f"{name} {month}", month, scheme, tables=tables, terms=(AccountTerms(group, 3),)
        )
        month = month.plus(len(_USED))


def _half_a_year(name: str, first: Month, scheme: int, **more: object) -> Iterator[Explanation]:
    golden, book = Golden(), Book()
    golden.name = name
    readings: dict[str, Sequence[int]] = {str(first.plus(-1).day(20)): _shown(0, scheme)}
    shown = 0
    for place, used in enumerate(_USED):
        month = first.plus(place)
        if used is not None:
            shown += used
            readings[str(month.day(20))] = _shown(shown, scheme)
        facts = account(
            meter(readings, scheme=scheme, digits=6), floor=str(first), policies=(policy(90),), **more
        )
        Book.told = golden.take if place in _KEPT else None
        try:
            book.run(facts, str(month))
        except BillingProblem:
            break
        finally:
            Book.told = None
    yield from golden.found


def _shown(value: int, scheme: int) -> list[int]:
    return [value // (place + 1) for place, _ in enumerate(zones_of(scheme))]


def _groups(file: Path) -> dict[str, GroupTariffs]:
    rows: dict[str, list[Price]] = {}
    for number, line in enumerate(parse(file.read_bytes()), 1):
        if line.price is not None:
            rows.setdefault(line.group_code, []).append(_price(number, line))
    return {group: GroupTariffs.of(group, prices) for group, prices in rows.items()}


def _price(number: int, line: TariffLine) -> Price:
    assert line.price is not None
    return Price(
        number, line.scheme, line.zone, line.range_no, line.range_upper_kwh, line.price, line.valid_from,
        line.valid_to, line.demonstration, line.limit_unknown, line.per_person, line.least,
    )  # fmt: skip

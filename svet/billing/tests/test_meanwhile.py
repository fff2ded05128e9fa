"""A late reading that is committed between two statements of a run: no month is low for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from svet.billing import operations
from svet.billing.models import ChargeLine
from svet.billing.operations.sets import finding
from svet.billing.queries import broken
from svet.billing.tests.factories import know
from svet.billing.tests.test_sets import JULY, JUNE, MAY, Home, charge, load_prices, provider_id, taken_back
from svet.metering.models import ReadingSet

pytestmark = pytest.mark.django_db
#: Before which statements it comes: behind the notes, before the readings.
BY_SETS = "INSERT INTO sets_account", "INSERT INTO sets_meter", "INSERT INTO sets_scale"
BY_RULES = ("array_agg(v.zone",)


@pytest.fixture
def home() -> Home:
    """May and June are charged; July is read."""
    load_prices()
    made = [Home().year(1000, 1100, 1190) for _ in range(2)]
    for month in (MAY, JUNE):
        charge(month)
    return made[0]


def late(home: Home) -> None:
    home.read(JUNE, 1150, day=24)


@contextmanager
def before(statement: str, home: Home) -> Iterator[list[str]]:
    """The reading comes just before the first of these statements."""
    came: list[str] = []

    def run(execute: Any, sql: str, *rest: Any) -> Any:
        if statement in sql and not came:
            came.append(sql)
            late(home)
        return execute(sql, *rest)

    with connection.execute_wrapper(run):
        yield came


def charged(home: Home) -> list[tuple[Any, ...]]:
    lines = ChargeLine.objects.filter(account=home.account, period=JULY.first).order_by("position")
    return list(lines.values_list("month", "basis", "since_on", "until_on", "kwh", "kopecks", "cause"))


def in_time(home: Home) -> list[tuple[Any, ...]]:
    with taken_back():
        late(home)
        charge(JULY, by_sets=False)
        return charged(home)


@pytest.mark.parametrize("statement", [*BY_SETS, *BY_RULES])
def test_a_late_reading_that_comes_meanwhile_is_charged_whole(statement: str, home: Home) -> None:
    expected = in_time(home)
    with taken_back(), before(statement, home) as came:
        charge(JULY, by_sets=statement in BY_SETS)
        assert came
        assert charged(home) == expected


def test_without_another_look_at_the_notes_the_month_is_low(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = sum(kwh for *_, kwh, _, _ in in_time(home))
    monkeypatch.setattr(finding, "_NEWS", "SELECT 1")
    with before(BY_SETS[1], home):
        charge(JULY, by_sets=True)
    assert sum(kwh for *_, kwh, _, _ in charged(home)) < expected


@pytest.mark.parametrize("statement", [BY_SETS[1], *BY_RULES])
def test_a_charge_that_saw_what_came_meanwhile_is_proved_by_it_for_ever(statement: str, home: Home) -> None:
    """Its moment is that at which reading began; the reading came seconds later, and was seen."""
    now = ReadingSet.objects.latest("received_at").received_at - timedelta(seconds=4)
    with before(statement, home) as came:
        operations.run(
            provider_id=provider_id(), period=JULY, now=now, over_gap=True, by_sets=statement in BY_SETS
        )
        assert came
    assert broken() == []
    # Once more is known, today's facts tell nothing of that charge.
    know(home.meters[0], 1500, on=JULY.day(25), at=now + timedelta(minutes=10))
    assert broken() == []

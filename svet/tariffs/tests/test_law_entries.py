"""Rows of law that an installation enters: what is impossible is refused, what is known already wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.tariffs.operations.law import enter_law, withdraw_law
from svet.tariffs.queries.law import law, law_entries, law_in_force
from svet.tariffs.rules.law import DatedRule, DatedRules, LawAct, LawMissing
from svet.tariffs.rules.law_entries import (
    KNOWN_AHEAD,
    LawEntryKind,
    LawEntryReason,
    LawEntryRefused,
    NewLawEntry,
    check_entry,
    with_entries,
)
from svet.tariffs.texts import explain

BY, NOW, TODAY = Actor.system("test"), datetime(2026, 11, 27, tzinfo=UTC), date(2026, 11, 27)
RATE = NewLawEntry(
    LawEntryKind.KEY_RATE,
    date(2026, 3, 23),
    date(2026, 12, 18),
    Decimal(14),
    "Банк России",
    "https://cbr.ru/",
)
QUIET = replace(RATE, kind=LawEntryKind.MORATORIUM, percent=None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"valid_to": date(2026, 3, 22)}, LawEntryReason.DATES),
        ({"valid_to": TODAY + KNOWN_AHEAD + timedelta(days=1)}, LawEntryReason.AHEAD),
        ({"percent": None}, LawEntryReason.PERCENT),
        ({"percent": Decimal(0)}, LawEntryReason.PERCENT),
        ({"percent": Decimal("14.255")}, LawEntryReason.PERCENT),
        ({"percent": Decimal("NaN")}, LawEntryReason.PERCENT),
        ({"percent": Decimal(101)}, LawEntryReason.PERCENT),
        ({"act": "  "}, LawEntryReason.ACT),
        ({"act": "а" * 201}, LawEntryReason.ACT),
        ({"source_url": "http://cbr.ru/"}, LawEntryReason.ADDRESS),
        ({"region": "Урал"}, LawEntryReason.REGION),
        ({"valid_from": date(2026, 3, 22)}, LawEntryReason.OVERLAP),
        ({"valid_from": date(2020, 1, 1)}, LawEntryReason.OVERLAP),
        ({"kind": LawEntryKind.MORATORIUM}, LawEntryReason.NO_PERCENT),
        ({"kind": LawEntryKind.PENALTY_CAP}, LawEntryReason.OVERLAP),
    ],
)
def test_what_cannot_be_is_refused_with_its_sentence(changed: dict[str, Any], reason: LawEntryReason) -> None:
    with pytest.raises(LawEntryRefused) as refused:
        check_entry(replace(RATE, **changed), known=law(), today=TODAY)
    assert refused.value.reason is reason
    assert "{" not in explain(refused.value)
    assert len(explain(refused.value)) > 20


def test_a_rate_on_the_last_day_that_can_be_known_is_taken() -> None:
    check_entry(replace(RATE, valid_to=TODAY + KNOWN_AHEAD), known=law(), today=TODAY)
    check_entry(QUIET, known=law(), today=TODAY)


def test_where_the_program_knows_a_day_by_now_its_own_row_holds() -> None:
    """An update brings rows that somebody has entered before: it starts, and says what was published."""
    newer = replace(
        law(),
        key_rates=DatedRules(
            LawAct.KEY_RATE,
            [
                *law().key_rates.rules,
                DatedRule(date(2026, 4, 1), date(2026, 4, 30), Decimal(13), "", ""),
                DatedRule(date(2026, 6, 1), date(2026, 6, 30), Decimal(12), "", ""),
            ],
        ),
    )
    found = with_entries(newer, [RATE])
    days = {
        date(2026, 3, 22): "15.5", date(2026, 3, 23): "14", date(2026, 3, 31): "14", date(2026, 4, 1): "13",
        date(2026, 4, 30): "13", date(2026, 5, 1): "14", date(2026, 6, 1): "12", date(2026, 7, 1): "14",
        date(2026, 12, 18): "14",
    }  # fmt: skip
    assert {day: str(found.rate_on(day)) for day in days} == days
    with pytest.raises(LawMissing):
        found.rate_on(date(2026, 12, 19))


@pytest.mark.django_db
def test_a_row_holds_from_the_moment_it_is_entered_until_it_is_withdrawn() -> None:
    with pytest.raises(LawMissing):
        law_in_force().rate_on(TODAY)
    number = enter_law(new=RATE, by=BY, today=TODAY, now=NOW)
    assert law_in_force().penalty_rate_on(TODAY) == Decimal("9.5")
    with pytest.raises(LawEntryRefused) as refused:
        enter_law(new=RATE, by=BY, today=TODAY, now=NOW)
    assert refused.value.reason is LawEntryReason.OVERLAP
    withdraw_law(number=number, because="опечатка", by=BY, now=NOW)
    with pytest.raises(LawMissing):
        law_in_force().rate_on(TODAY)
    for wrong, reason in ((number, LawEntryReason.WITHDRAWN), (number + 1, LawEntryReason.NOT_FOUND)):
        with pytest.raises(LawEntryRefused) as refused:
            withdraw_law(number=wrong, because="опечатка", by=BY, now=NOW)
        assert refused.value.reason is reason
    with pytest.raises(LawEntryRefused) as refused:
        withdraw_law(number=number, because=" ", by=BY, now=NOW)
    assert refused.value.reason is LawEntryReason.WHY
    enter_law(new=replace(RATE, percent=Decimal("13.5")), by=BY, today=TODAY, now=NOW)
    assert law_in_force().rate_on(TODAY) == Decimal("13.5")
    assert [each.withdrawn_because for each in law_entries()] == ["опечатка", ""]
    noted = Entry.objects.filter(subject="law").order_by("pk").values_list("action", flat=True)
    assert list(noted) == ["law.entered", "law.withdrawn", "law.entered"]


@pytest.mark.django_db
def test_a_moratorium_is_of_its_region_or_of_all() -> None:
    enter_law(new=replace(QUIET, region="Рязанская область"), by=BY, today=TODAY, now=NOW)
    found = law_in_force()
    assert any(TODAY in span for span in found.moratoria_in("Рязанская область"))
    assert not any(TODAY in span for span in found.moratoria_in("Челябинская область"))
    with pytest.raises(LawEntryRefused):
        enter_law(new=replace(QUIET, region="Рязанская область"), by=BY, today=TODAY, now=NOW)
    enter_law(new=replace(QUIET, region="Омская область"), by=BY, today=TODAY, now=NOW)


def test_published_years_have_as_many_working_days_as_was_said() -> None:
    """2023 and 2025: 247, 2024: 248; Saturdays of work among them."""
    for year, working in ((2023, 247), (2024, 248), (2025, 247)):
        days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
        assert sum(law().is_working(day) for day in days if day.year == year) == working
    assert law().is_working(date(2025, 11, 1))
    assert law().next_working_day(date(2025, 1, 1)) == date(2025, 1, 9)

"""Acts hold from a day to a day; behind the last one nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from svet.kernel.money import Money
from svet.penalties.rules import penalty
from svet.tariffs.queries.law import DATA, law, read_law
from svet.tariffs.rules.law import DatedRule, DatedRules, LawAct, LawMissing
from svet.tariffs.texts import explain, law_texts


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        ("2022-02-28", "20"),
        ("2023-08-14", "8.5"),
        ("2023-08-15", "12"),
        ("2026-02-15", "16"),
        ("2026-03-22", "15.5"),
    ],
)
def test_the_key_rate_of_a_day(day: str, percent: str) -> None:
    assert law().rate_on(date.fromisoformat(day)) == Decimal(percent)


@pytest.mark.parametrize(
    ("act", "last"),
    [
        (LawAct.KEY_RATE, date(2026, 3, 22)),
        (LawAct.PENALTY_CAP, date(2026, 12, 31)),
        (LawAct.CALENDAR, date(2026, 12, 31)),
    ],
)
def test_behind_the_last_act_a_day_is_refused_and_the_act_is_named(act: LawAct, last: date) -> None:
    ask = {
        LawAct.KEY_RATE: law().rate_on,
        LawAct.PENALTY_CAP: law().cap_on,
        LawAct.CALENDAR: law().is_working,
    }
    ask[act](last)
    with pytest.raises(LawMissing) as refused:
        ask[act](last + timedelta(days=1))
    assert (refused.value.act, refused.value.day) == (act, last + timedelta(days=1))
    assert f"{last + timedelta(days=1):%d.%m.%Y}" in explain(refused.value)


def test_every_missing_act_has_its_words() -> None:
    assert set(law_texts()) == set(LawAct)


def test_no_penalty_is_told_for_2027() -> None:
    due = date(2026, 12, 15)
    with pytest.raises(LawMissing) as refused:
        penalty(debt=Money(500_000), due_on=due, until=date(2027, 1, 20), law=law())
    assert refused.value.act in (LawAct.KEY_RATE, LawAct.PENALTY_CAP)
    # Who owes nothing, or is not late, needs no act.
    assert penalty(debt=Money(0), due_on=due, until=date(2027, 1, 20), law=law()) == Money(0)
    assert penalty(debt=Money(500_000), due_on=due, until=due, law=law()) == Money(0)


def test_penalties_take_the_cap_or_the_key_rate_whichever_is_less() -> None:
    assert law().penalty_rate_on(date(2023, 7, 24)) == Decimal("8.5")
    assert law().penalty_rate_on(date(2025, 1, 1)) == Decimal("9.5")
    found = penalty(debt=Money(500_000), due_on=date(2025, 10, 10), until=date(2025, 11, 10), law=law())
    assert found == Money(158)  # the 31st day: 5000 × 9.5 % ÷ 300


@pytest.mark.parametrize(
    ("day", "working"),
    [
        # Published: 10 January 2026 is moved to the 12th; Decree 1466 gives 9 January and 31 December.
        ("2026-01-10", "2026-01-12"),
        ("2026-03-15", "2026-03-16"),
        ("2026-05-09", "2026-05-12"),
        ("2026-11-04", "2026-11-05"),
        ("2026-12-15", "2026-12-15"),
    ],
)
def test_a_day_off_is_moved_to_the_next_working_day(day: str, working: str) -> None:
    assert law().next_working_day(date.fromisoformat(day)) == date.fromisoformat(working)


def test_the_last_day_of_2026_is_off_and_nobody_knows_the_day_after() -> None:
    with pytest.raises(LawMissing) as refused:
        law().next_working_day(date(2026, 12, 31))
    assert refused.value.day == date(2027, 1, 1)


def test_the_year_2026_has_as_many_working_days_as_was_published() -> None:
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    assert sum(law().is_working(day) for day in days) == 247


def test_two_acts_for_one_day_are_refused() -> None:
    def rule(since: date, until: date | None) -> DatedRule[int]:
        return DatedRule(since, until, 1, "act", "")

    for rules in (
        [rule(date(2026, 1, 1), None), rule(date(2026, 2, 1), None)],
        [rule(date(2026, 1, 1), date(2026, 2, 1)), rule(date(2026, 2, 1), None)],
        [rule(date(2026, 2, 1), date(2026, 1, 1))],
    ):
        with pytest.raises(ValueError, match=r"hold on|ends before"):
            DatedRules(LawAct.KEY_RATE, rules)


def test_an_act_added_to_the_files_is_the_law_of_its_days(tmp_path: Path) -> None:
    for file in DATA.glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    with (tmp_path / "key_rates.csv").open("a", encoding="utf-8") as stream:
        stream.write("2026-03-23,,15,решение,https://example.org\n")
    assert read_law(tmp_path).penalty_rate_on(date(2026, 12, 31)) == Decimal("9.5")
    with pytest.raises(LawMissing) as refused:
        read_law(tmp_path).penalty_rate_on(date(2027, 1, 1))
    assert refused.value.act is LawAct.PENALTY_CAP


def test_rows_of_the_installation_are_law_beside_those_of_the_program(tmp_path: Path) -> None:
    """A folder of its own may hold one table alone; what contradicts the program's rows is refused."""
    heading = "valid_from,valid_to,percent,act,source_url\n"
    (tmp_path / "key_rates.csv").write_text(f"{heading}2026-03-23,,15,решение,https://example.org\n", "utf-8")
    assert read_law(DATA, tmp_path).rate_on(date(2026, 11, 1)) == Decimal(15)
    assert read_law(DATA, tmp_path).rate_on(date(2025, 7, 1)) == Decimal(20)
    (tmp_path / "key_rates.csv").write_text(f"{heading}2026-03-20,,15,решение,https://example.org\n", "utf-8")
    with pytest.raises(ValueError, match="both hold on"):
        read_law(DATA, tmp_path)
    with pytest.raises(ValueError, match="is no folder"):
        read_law(DATA, tmp_path / "nowhere")


def test_every_act_names_its_source() -> None:
    known = law()
    for kind in (known.key_rates, known.penalty_caps, known.penalty_steps, known.calendars):
        assert all(rule.act and rule.source_url.startswith("https://") for rule in kind.rules)

"""Penalties to the kopeck: the law's steps, whatever was paid when, and a second count day by day."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.kernel.money import Money
from svet.kernel.periods import Span
from svet.penalties.rules import Credit, DueDebt, LatePart, accrue, penalty, settled
from svet.tariffs.queries.law import law as shipped_law
from svet.tariffs.rules.law import DatedRule, DatedRules, Law, LawAct, LawMissing, PenaltyStep

DAY = timedelta(days=1)
BEGIN, END = date(2025, 1, 10), date(2026, 12, 31)


def changing() -> Law:
    """Rates above and below the cap, changed in the middle of delays."""
    rates = [(BEGIN, "16"), (date(2025, 8, 1), "9"), (date(2026, 1, 10), "7.5"), (date(2026, 6, 1), "12")]
    lasts = [*(since - DAY for since, _ in rates[1:]), None]
    known = [
        DatedRule(since, last, Decimal(rate), "", "")
        for (since, rate), last in zip(rates, lasts, strict=True)
    ]
    return replace(shipped_law(), key_rates=DatedRules(LawAct.KEY_RATE, known))


def law(rate: int | str) -> Law:
    """The acts in force with another key rate."""
    known = DatedRule(date(2022, 2, 28), None, Decimal(rate), "", "")
    return replace(shipped_law(), key_rates=DatedRules(LawAct.KEY_RATE, [known]))


@pytest.mark.parametrize(
    ("days", "kopecks"),
    [(0, 0), (30, 0), (31, 158), (90, 9_500), (91, 9_865), (100, 13_154)],
)
def test_penalty_is_free_for_thirty_days_and_grows_after_ninety(days: int, kopecks: int) -> None:
    due = date(2026, 3, 16)
    found = penalty(debt=Money(500_000), due_on=due, until=due + timedelta(days=days), law=law(16))
    assert found == Money(kopecks)


def test_penalty_rests_during_a_moratorium() -> None:
    due = date(2026, 3, 16)
    quiet = Span(due + timedelta(days=31), due + timedelta(days=61))
    found = penalty(
        debt=Money(500_000),
        due_on=due,
        until=due + timedelta(days=90),
        law=law("7.5"),
        moratoria=[quiet],
    )
    assert found == Money.of_roubles(Decimal(5000) * 30 * Decimal("7.5") / 100 / 300)


#: The days of 2025 and 2026 off beside Saturdays and Sundays, as published, and the one Saturday of work.
OFF = {
    *(date(2025, 1, day) for day in range(1, 9)), date(2025, 5, 1), date(2025, 5, 2), date(2025, 5, 8),
    date(2025, 5, 9), date(2025, 6, 12), date(2025, 6, 13), date(2025, 11, 3), date(2025, 11, 4),
    date(2025, 12, 31), *(date(2026, 1, day) for day in range(1, 12)), date(2026, 2, 23), date(2026, 3, 9),
    date(2026, 5, 1), date(2026, 5, 11), date(2026, 6, 12), date(2026, 11, 4), date(2026, 12, 31),
}  # fmt: skip


def working(day: date) -> date:
    """The day or the next one on which people work."""
    while day in OFF or (day.isoweekday() > 5 and day != date(2025, 11, 1)):
        day += DAY
    return day


def naive(
    debts: list[DueDebt], credits: list[Credit], *, until: date, law: Law, moratoria: list[Span]
) -> Counter[tuple[str, int, Decimal]]:
    """How many kopeck-days of each bill cost which part of which rate: every kopeck walks by itself.

    Knows nothing of parts and segments: kopecks of the money, in the order of its days, look one by one for a
    kopeck of the month they name, else for the oldest due, and each of these counts its days of delay.
    """
    coins = [debt for debt in sorted(debts, key=lambda each: each.due_on) for _ in range(debt.money.kopecks)]
    paid: dict[int, date] = {}
    for credit in sorted(credits, key=lambda each: (each.on, each.named is None)):
        for _ in range(credit.money.kopecks):
            waiting = [place for place in range(len(coins)) if place not in paid]
            named = [place for place in waiting if credit.named and coins[place].month == credit.named]
            if waiting:
                paid[(named or waiting)[0]] = credit.on
    days: Counter[tuple[str, int, Decimal]] = Counter()
    for place, debt in enumerate(coins):
        last = min(paid.get(place, until), until)
        due = working(debt.due_on) if last > debt.due_on else debt.due_on
        rate = law.key_rates.on(last).value if last >= BEGIN else Decimal(0)
        rate = Decimal("9.5") if rate > Decimal("9.5") else rate
        for number in range(1, (last - due).days + 1):
            day = due + number * DAY
            if number > 30 and not any(span.start <= day < span.end for span in moratoria):
                days[debt.bill, 300 if number <= 90 else 130, rate] += 1
    return days


def lives(seed: int) -> tuple[list[DueDebt], list[Credit], date, list[Span]]:
    """Bills of some months and money that came when it came; sums are small, for each coin is walked."""
    chance = random.Random(seed)
    months = [date(2025, month, 1) for month in range(1, 6)]
    debts = [
        DueDebt(
            f"b{number}", BEGIN + chance.randrange(500) * DAY, Money(chance.randint(1, 9)), months[number]
        )
        for number in range(chance.randint(1, 5))
    ]
    credits = [
        Credit(
            BEGIN + chance.randrange(-30, 650) * DAY,
            Money(chance.randint(1, 12)),
            chance.choice(months) if chance.random() < 0.3 else None,
        )
        for _ in range(chance.randint(0, 4))
    ]
    until = BEGIN + chance.randrange(300, (END - BEGIN).days) * DAY
    first = BEGIN + chance.randrange(500) * DAY
    moratoria = [Span(first, first + chance.randrange(1, 90) * DAY)] if chance.random() < 0.4 else []
    return debts, [credit for credit in credits if credit.on <= until], until, moratoria


def test_a_thousand_debts_cost_what_a_second_count_day_by_day_says() -> None:
    told = paid = 0
    known = changing()
    for seed in range(1000):
        debts, credits, until, moratoria = lives(seed)
        found = accrue(settled(debts, credits), until=until, law=known, moratoria=moratoria)
        days = naive(debts, credits, until=until, law=known, moratoria=moratoria)
        walked: Counter[tuple[str, int, Decimal]] = Counter()
        for segment in found:
            walked[segment.part.debt.bill, segment.divisor, segment.percent] += (
                segment.days * segment.part.money.kopecks
            )
        assert walked == days, seed
        for segment in found:
            exact = segment.part.money.kopecks * segment.days * segment.percent / 100 / segment.divisor
            assert segment.money.kopecks == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), seed
        told += bool(found)
        paid += any(segment.part.paid_on for segment in found)
    assert told > 700
    assert paid > 200


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**7)), max_size=6),
    st.lists(st.tuples(st.integers(-60, 500), st.integers(1, 10**7)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_parts_add_up_and_no_order_of_news_matters(
    owed: list[tuple[int, int]], came: list[tuple[int, int]], chance: random.Random
) -> None:
    debts = [DueDebt(f"b{place}", BEGIN + day * DAY, Money(sum_)) for place, (day, sum_) in enumerate(owed)]
    credits = [Credit(BEGIN + day * DAY, Money(sum_)) for day, sum_ in came]
    parts = settled(debts, credits)
    assert sum(part.money.kopecks for part in parts) == sum(sum_ for _, sum_ in owed)
    paid = sum(part.money.kopecks for part in parts if part.paid_on is not None)
    assert paid == min(sum(sum_ for _, sum_ in owed), sum(sum_ for _, sum_ in came))
    total = Money.total(each.money for each in accrue(parts, until=END, law=law(16)))
    shuffled = chance.sample(credits, len(credits))
    again = accrue(settled(debts, shuffled), until=END, law=law(16))
    assert Money.total(each.money for each in again) == total
    # One more payment never costs anybody anything, at one rate.
    better = accrue(
        settled(debts, [*credits, Credit(BEGIN + 100 * DAY, Money(5000))]), until=END, law=law(16)
    )
    rounding = Money(len(better) + len(debts) * 4)
    assert Money.total(each.money for each in better) <= total + rounding


def test_what_was_paid_in_time_and_became_known_late_costs_nothing() -> None:
    debt = DueDebt("b", date(2026, 3, 16), Money(500_000))
    in_time = settled([debt], [Credit(date(2026, 3, 16), Money(500_000))])
    assert accrue(in_time, until=date(2026, 9, 1), law=shipped_law()) == []


def test_what_was_paid_ahead_pays_what_comes() -> None:
    debts = [DueDebt("a", date(2026, 2, 10), Money(100)), DueDebt("b", date(2026, 3, 10), Money(300))]
    parts = settled(debts, [Credit(date(2026, 1, 1), Money(250))])
    assert parts == [
        LatePart(debts[0], Money(100), date(2026, 1, 1)),
        LatePart(debts[1], Money(150), date(2026, 1, 1)),
        LatePart(debts[1], Money(150), None),
    ]


def test_a_segment_ends_with_a_moratorium_and_goes_on_after_it_with_its_number() -> None:
    due = date(2026, 3, 16)
    quiet = Span(due + 41 * DAY, due + 51 * DAY)
    part = LatePart(DueDebt("b", due, Money(500_000)), Money(500_000), None)
    found = accrue([part], until=due + 100 * DAY, law=law("7.5"), moratoria=[quiet])
    assert [(each.first_number, each.days, each.divisor) for each in found] == [
        (31, 10, 300), (51, 40, 300), (91, 10, 130),
    ]  # fmt: skip


def test_a_day_behind_the_law_is_refused_with_the_act_that_is_missing() -> None:
    part = LatePart(DueDebt("b", date(2026, 11, 10), Money(500_000)), Money(500_000), None)
    with pytest.raises(LawMissing) as refused:
        accrue([part], until=date(2027, 1, 1), law=shipped_law())
    assert refused.value.act in (LawAct.PENALTY_CAP, LawAct.KEY_RATE)


def test_money_pays_the_month_it_names_and_then_the_oldest() -> None:
    first, second = date(2026, 1, 1), date(2026, 2, 1)
    debts = [
        DueDebt("a", date(2026, 2, 10), Money(100), first),
        DueDebt("b", date(2026, 3, 10), Money(300), second),
    ]
    parts = settled(debts, [Credit(date(2026, 3, 1), Money(350), second)])
    assert parts == [
        LatePart(debts[0], Money(50), date(2026, 3, 1)),
        LatePart(debts[0], Money(50), None),
        LatePart(debts[1], Money(300), date(2026, 3, 1)),
    ]


@pytest.mark.parametrize(
    ("due_on", "moved"),
    [
        (date(2026, 3, 15), date(2026, 3, 16)),  # a Sunday
        (date(2026, 5, 10), date(2026, 5, 12)),  # a Sunday, and the Monday is off for the 9th
        (date(2025, 11, 1), date(2025, 11, 1)),  # a Saturday of work
        (date(2025, 11, 2), date(2025, 11, 5)),
    ],
)
def test_a_due_day_without_work_moves_the_whole_delay(due_on: date, moved: date) -> None:
    for days, found in ((30, 0), (31, 1)):
        until = moved + days * DAY
        part = LatePart(DueDebt("b", due_on, Money(500_000)), Money(500_000), None)
        segments = accrue([part], until=until, law=law(16))
        assert [(each.first_number, each.since) for each in segments] == [(31, until)] * found


def test_days_that_cost_nothing_need_no_act() -> None:
    part = LatePart(DueDebt("b", date(2026, 12, 10), Money(500_000)), Money(500_000), None)
    assert accrue([part], until=date(2027, 1, 9), law=shipped_law()) == []
    quiet = Span(date(2026, 12, 11), date(2027, 3, 1))
    assert accrue([part], until=date(2027, 2, 20), law=law(16), moratoria=[quiet]) == []


def test_acts_that_change_within_a_delay_and_a_gap_between_them() -> None:
    due = date(2026, 3, 16)
    part = LatePart(DueDebt("b", due, Money(500_000)), Money(500_000), None)
    dear = (PenaltyStep(1, 130),)

    def with_steps(gap: int) -> Law:
        steps = law("7.5").penalty_steps.on(due).value
        rules: list[DatedRule[tuple[PenaltyStep, ...]]] = [
            DatedRule(date(2022, 2, 28), due + 39 * DAY, steps, "", ""),
            DatedRule(due + (40 + gap) * DAY, None, dear, "", ""),
        ]
        return replace(law("7.5"), penalty_steps=DatedRules(LawAct.PENALTY_STEPS, rules))

    found = accrue([part], until=due + 50 * DAY, law=with_steps(0))
    assert [(each.first_number, each.days, each.divisor) for each in found] == [(31, 9, 300), (40, 11, 130)]
    with pytest.raises(LawMissing) as refused:
        accrue([part], until=due + 50 * DAY, law=with_steps(3))
    assert (refused.value.act, refused.value.day) == (LawAct.PENALTY_STEPS, due + 40 * DAY)

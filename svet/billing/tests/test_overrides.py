"""Decisions against the facts: what each does to a month, and that taking it back leaves nothing of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svet.billing.rules import Basis, BillingReason, Line, LineCause, Rules
from svet.billing.rules.brakes import correction, refuse_beyond_limits
from svet.billing.rules.causes import causes, why_of
from svet.billing.rules.decisions import DecisionReason, NewDecision, decision_trouble, two_hands
from svet.billing.rules.due import due
from svet.billing.rules.facts import AccountFacts, LossShare, Override, OverrideKind, canonical, restored
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.should import should
from svet.billing.tests.facts import Book, account, by_month, day, kopecks, kwh, meter, month, told

JULY = month("2026-07")


def own(scheme: int = 1) -> AccountFacts:
    """100 kWh a month from May to July on each scale."""
    shown = {"2026-04-24": 0, "2026-05-24": 100, "2026-06-24": 200, "2026-07-24": 300}
    return account(meter(shown, scheme=scheme))


def decided(facts: AccountFacts, *overrides: Override) -> AccountFacts:
    return replace(facts, overrides=overrides)


def over(kind: OverrideKind, since: str, until: str | None = "", **more: object) -> Override:
    last = None if until is None else month(until or since)
    return Override(kind, month(since), last, **more)  # type: ignore[arg-type]


FREE = over(OverrideKind.NO_CHARGE, "2026-06", no=7)


def test_a_month_that_is_void_is_a_zero_with_its_cause_and_comes_back_as_it_was() -> None:
    book = Book()
    book.run(own(), "2026-07")
    stood = list(book.lines)
    found = book.run(decided(own(), FREE), "2026-07")
    assert told(found.post, "basis", "kwh", "kopecks") == [(Basis.OVERRIDE, 0, 0)]
    assert found.post[0].evidence.decision == 7
    assert found.kopecks == -48_500
    why = causes(found, stood, facts=decided(own(), FREE), group_of=lambda row: None)
    assert why[month("2026-06")].cause is LineCause.DECISION
    back = book.run(own(), "2026-07")
    assert back.kopecks == 48_500
    assert (
        causes(back, [*stood, *found.post], facts=own(), group_of=lambda row: None)[month("2026-06")].cause
        is LineCause.DECISION
    )
    assert sorted(book.lines, key=lambda line: line.month) == stood


def test_a_decided_volume_takes_the_place_of_one_scale_and_moves_no_count() -> None:
    night = over(OverrideKind.VOLUME, "2026-06", zone="night", kwh=Decimal(40), no=3)
    lines = should(decided(own(2), night), horizon=JULY)
    june = [line for line in lines if line.month == month("2026-06")]
    assert told(june, "zone", "basis", "kwh") == [
        ("day", Basis.READING, 100),
        ("night", Basis.OVERRIDE, 40),
    ]
    assert [line.kwh for line in lines if line.month == JULY] == [100, 100]


def test_losses_follow_the_decided_volume_and_a_void_month_has_none() -> None:
    losses = (LossShare(Decimal(2), day("2026-01-01")),)
    facts = replace(own(), losses=losses)
    volume = over(OverrideKind.VOLUME, "2026-06", zone="single", kwh=Decimal(500))
    assert told(should(decided(facts, volume), horizon=month("2026-06")), "basis", "kwh") == [
        (Basis.READING, 100), (Basis.LOSSES, 2), (Basis.OVERRIDE, 500), (Basis.LOSSES, 10),
    ]  # fmt: skip
    assert by_month(should(decided(facts, FREE), horizon=JULY)) == {
        "2026-05": 102, "2026-06": 0, "2026-07": 102,
    }  # fmt: skip


@pytest.mark.parametrize("zone", ["night", "single"])
def test_a_volume_for_a_scale_that_has_nothing_is_a_problem(zone: str) -> None:
    facts = decided(
        own(1 if zone == "night" else 2), over(OverrideKind.VOLUME, "2026-06", zone=zone, kwh=Decimal(1))
    )
    with pytest.raises(BillingProblem) as problem:
        should(facts, horizon=JULY)
    assert problem.value.reason is BillingReason.DECISION_MISSES
    # The month is not due yet: nothing of it is asked.
    assert should(facts, horizon=month("2026-05"))


def test_sums_of_one_month_are_lines_of_their_own_also_where_no_volume_is() -> None:
    one = over(OverrideKind.CREDIT, "2026-08", kopecks=-50_000, no=1)
    other = over(OverrideKind.CREDIT, "2026-08", kopecks=-50_000, no=2)
    gone = replace(own(), closed_on=day("2026-07-24"))
    book = Book()
    book.run(gone, "2026-07")
    found = book.run(decided(gone, one, other), "2026-08")
    assert told(found.post, "basis", "kopecks") == [(Basis.ADJUSTMENT, -50_000)] * 2
    assert book.run(decided(gone, other), "2026-08").kopecks == 50_000
    before = over(OverrideKind.CREDIT, "2026-04", kopecks=1)
    assert should(decided(own(), before), horizon=JULY) == should(own(), horizon=JULY)


def test_a_sum_beside_a_late_reading_hides_no_cause() -> None:
    late = account(meter({"2026-04-24": 0, "2026-05-24": 100, "2026-06-24": 210, "2026-07-24": 300}))
    facts = decided(late, over(OverrideKind.CREDIT, "2026-06", kopecks=-100, no=5))
    book = Book()
    book.run(own(), "2026-07")
    stood = book.lines
    found = book.run(facts, "2026-07")
    why = causes(found, stood, facts=facts, group_of=lambda row: None)[month("2026-06")]
    assert why.cause is not LineCause.DECISION
    assert {why_of(line, why).cause for line in found.post if line.month == month("2026-06")} == {
        LineCause.DECISION,
        why.cause,
    }


def test_a_held_month_stays_as_it_stands_and_comes_with_the_others_when_it_is_over() -> None:
    book = Book()
    book.run(own(), "2026-06")
    hold = over(OverrideKind.HOLD, "2026-05", no=4)
    more = account(meter({"2026-04-24": 0, "2026-05-24": 150, "2026-06-24": 200, "2026-07-24": 300}))
    assert by_month(book.run(decided(more, hold), "2026-07").post) == {"2026-06": 50, "2026-07": 100}
    assert kwh(book.lines) == 250
    assert by_month(book.run(more, "2026-07").post) == {"2026-05": 150}
    assert kopecks(book.lines) == kopecks(should(more, horizon=JULY))


def test_a_hold_on_the_month_itself_posts_nothing_until_its_end() -> None:
    hold = over(OverrideKind.HOLD, "2026-06", None, ends=month("2026-08"), no=4)
    facts = decided(own(), hold)
    for horizon in ("2026-06", "2026-07"):
        with pytest.raises(BillingProblem) as problem:
            due(facts, [], horizon=month(horizon))
        assert problem.value.reason is BillingReason.HELD
    assert kwh(list(due(facts, [], horizon=month("2026-08")).post)) == 400  # August by the average
    assert should(facts, horizon=JULY) == should(own(), horizon=JULY)


def test_facts_with_decisions_are_told_and_read_back() -> None:
    facts = decided(own(), FREE, over(OverrideKind.HOLD, "2026-06", None, ends=JULY, no=8))
    assert restored(AccountFacts, canonical(facts)) == facts


OVERRIDES = st.one_of(
    st.builds(
        lambda start, length, no: Override(
            OverrideKind.NO_CHARGE, month("2026-05").plus(start), month("2026-05").plus(start + length), no=no
        ),
        st.integers(0, 2), st.integers(0, 1), st.integers(1, 9),
    ),
    st.builds(
        lambda start, used, no: Override(
            OverrideKind.VOLUME, month("2026-05").plus(start), month("2026-05").plus(start), zone="single",
            kwh=Decimal(used), no=no,
        ),
        st.integers(0, 2), st.integers(0, 9000), st.integers(1, 9),
    ),
    st.builds(
        lambda start, sum_, no: Override(
            OverrideKind.CREDIT, month("2026-05").plus(start), month("2026-05").plus(start), kopecks=sum_,
            no=no,
        ),
        st.integers(0, 2), st.integers(-90_000, 90_000), st.integers(10, 99),
    ),
    st.builds(
        lambda start, no: Override(
            OverrideKind.HOLD, month("2026-05").plus(start), month("2026-05").plus(start), no=no
        ),
        st.integers(0, 1), st.integers(1, 9),
    ),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(OVERRIDES, max_size=3, unique_by=lambda each: (each.kind, each.no)),
    OVERRIDES,
    st.lists(st.integers(0, 60), min_size=3, max_size=3),
)
def test_taking_the_last_decision_back_restores_what_stood(
    others: list[Override], last: Override, used: list[int]
) -> None:
    """P7: whatever else is decided, and in whatever order it came."""
    shown = {"2026-04-24": 0}
    for place, more in enumerate(used):
        shown[f"2026-0{5 + place}-24"] = max(shown.values()) + more
    facts = account(meter(shown))
    others = [each for each in others if each.no != last.no]
    book = Book()
    book.run(decided(facts, *others), "2026-08")
    stood = sorted(line.content for line in book.lines)
    book.run(decided(facts, *others, last), "2026-08")
    book.run(decided(facts, *others), "2026-08")
    assert sorted(line.content for line in book.lines) == stood


def test_a_correction_beyond_the_limit_waits_until_somebody_signs_its_sum() -> None:
    rules = Rules(brake_kopecks=100_000)
    stood = should(own(), horizon=month("2026-06"))
    wrong = account(meter({"2026-04-24": 0, "2026-05-24": 400, "2026-06-24": 500, "2026-07-24": 600}))
    found = due(wrong, list(enumerate(stood)), horizon=JULY)
    moved = correction(found, stood, horizon=JULY)
    assert moved == (145_500, 145_500, month("2026-05"))

    def brake(facts: AccountFacts, horizon: str = "2026-07", limits: Rules = rules) -> BillingReason | None:
        try:
            refuse_beyond_limits(found, stood, facts=facts, horizon=month(horizon), rules=limits)
        except BillingProblem as problem:
            return BillingReason(problem.reason)
        return None

    assert brake(wrong) is BillingReason.LARGE_DIFFERENCE
    assert brake(wrong, limits=Rules(brake_kopecks=145_500)) is None
    seen = over(OverrideKind.RECOMPUTE, "2026-05", None, kopecks=145_500, ends=month("2026-09"))
    assert brake(decided(wrong, seen)) is None
    # What has come on top of what was signed is judged anew.
    assert brake(decided(wrong, replace(seen, kopecks=45_500))) is None
    assert brake(decided(wrong, replace(seen, kopecks=45_499))) is BillingReason.LARGE_DIFFERENCE
    assert brake(decided(wrong, replace(seen, since=month("2026-06")))) is BillingReason.LARGE_DIFFERENCE
    assert brake(decided(wrong, seen), "2026-09") is BillingReason.LARGE_DIFFERENCE
    late = Rules(brake_months=2)
    assert brake(wrong, limits=late) is None
    assert brake(wrong, limits=Rules(brake_months=1)) is BillingReason.OLD_DIFFERENCE
    assert brake(decided(wrong, replace(seen, kopecks=0)), limits=Rules(brake_months=1)) is None


def test_months_that_nobody_charged_and_the_month_itself_are_no_correction() -> None:
    first = own()
    stood: list[Line] = should(first, horizon=month("2026-05"))
    found = due(first, list(enumerate(stood)), horizon=JULY)
    assert correction(found, stood, horizon=JULY) is None
    refuse_beyond_limits(
        found, stood, facts=first, horizon=JULY, rules=Rules(brake_kopecks=0, brake_months=1)
    )


def new(kind: OverrideKind, **more: object) -> NewDecision:
    return NewDecision(**{"kind": kind, "document": "№ 1", "since": JULY, "until": JULY} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        (new(OverrideKind.NO_CHARGE, document=" "), DecisionReason.DOCUMENT),
        (new(OverrideKind.NO_CHARGE, until=None), DecisionReason.UNTIL),
        (new(OverrideKind.NO_CHARGE, until=month("2026-06")), DecisionReason.ORDER),
        (new(OverrideKind.NO_CHARGE, since=month("2026-04")), DecisionReason.NOT_OURS),
        (new(OverrideKind.NO_CHARGE, until=month("2027-09")), DecisionReason.FUTURE),
        (new(OverrideKind.VOLUME, until=month("2026-09"), kwh=Decimal(1)), DecisionReason.FUTURE),
        (new(OverrideKind.VOLUME, zone="day"), DecisionReason.KWH),
        (new(OverrideKind.VOLUME, zone="day", kwh=Decimal("0.0001")), DecisionReason.KWH),
        (new(OverrideKind.VOLUME, zone="day", kwh=Decimal("NaN")), DecisionReason.KWH),
        (new(OverrideKind.VOLUME, zone="day", kwh=Decimal(-1)), DecisionReason.KWH),
        (new(OverrideKind.VOLUME, kwh=Decimal(1)), DecisionReason.ZONE),
        (new(OverrideKind.NO_CHARGE, kwh=Decimal(1)), DecisionReason.KWH),
        (new(OverrideKind.CREDIT), DecisionReason.SUM),
        (new(OverrideKind.CREDIT, since=month("2026-06"), kopecks=1), DecisionReason.ORDER),
        (new(OverrideKind.HOLD, kopecks=1), DecisionReason.SUM),
        (new(OverrideKind.LOSSES), DecisionReason.PERCENT),
        (new(OverrideKind.LOSSES, percent=Decimal(31)), DecisionReason.PERCENT),
        (new(OverrideKind.LOSSES, percent=Decimal("0.001")), DecisionReason.PERCENT),
        (new(OverrideKind.HOLD, percent=Decimal(2)), DecisionReason.PERCENT),
        (new(OverrideKind.HOLD, ends=month("2026-08")), DecisionReason.ENDS),
        (new(OverrideKind.NO_CHARGE, ends=month("2026-09")), DecisionReason.ENDS),
    ],
)  # fmt: skip
def test_what_cannot_be_decided(given_: NewDecision, reason: DecisionReason) -> None:
    found = decision_trouble(given_, of_meter=False, floor=month("2026-05"), today=month("2026-08"))
    assert found is not None
    assert found[0] is reason


def test_a_meter_is_named_for_a_volume_only() -> None:
    volume = new(OverrideKind.VOLUME, zone="day", kwh=Decimal(0))
    assert decision_trouble(volume, of_meter=True, floor=JULY, today=JULY) is None
    found = decision_trouble(new(OverrideKind.HOLD, until=None), of_meter=True, floor=JULY, today=JULY)
    assert found == (DecisionReason.METER, "meter")


def test_many_small_decisions_of_one_hand_are_a_large_one() -> None:
    assert not two_hands(effect=-100_000, alone=0, limit=100_000)
    assert two_hands(effect=-100_001, alone=0, limit=100_000)
    assert two_hands(effect=1, alone=100_000, limit=100_000)
    assert two_hands(effect=None, alone=0, limit=100_000)

"""The algebra of what a bank says, and random lives held against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.payments.rules import facts
from svet.payments.rules.facts import CONFLICT, NOTHING, Fact, Misfit, Ordered, Place, Standing, due, join
from svet.payments.tests import lives

PAID = Fact(Standing.PAID, 300_00, "RUB", "payment", "ours")
ORDERED = Ordered(300_00, "ours", "payment")


def told(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values | st.just(CONFLICT)


SUMS = st.integers(1, 3)
FACTS = st.builds(
    Fact,
    standing=st.sampled_from(Standing),
    taken=told(SUMS),
    currency=told(st.sampled_from(["RUB", "USD"])),
    reference=told(st.sampled_from(["a", "b"])),
    order_id=told(st.sampled_from(["a", "b"])),
    refunds=st.dictionaries(st.sampled_from(["x", "y", "z"]), SUMS | st.just(CONFLICT)),
    refunded=st.integers(0, 3),
)


@given(FACTS, FACTS, FACTS)
def test_facts_join_in_any_order_any_number_of_times(one: Fact, two: Fact, three: Fact) -> None:
    assert join(one, join(two, three)) == join(join(one, two), three)
    assert join(one, two) == join(two, one)
    assert join(one, one) == one
    assert join(NOTHING, one) == one


@given(FACTS, FACTS)
def test_more_knowledge_takes_nothing_away(one: Fact, two: Fact) -> None:
    both = join(one, two)
    assert both.standing >= one.standing
    assert both.refunded >= one.refunded
    assert one.conflict <= both.conflict
    assert set(one.refunds) <= set(both.refunds)


@given(FACTS, FACTS)
def test_what_is_due_only_grows_or_stops_with_a_contradiction(one: Fact, two: Fact) -> None:
    before, after = due(one, ORDERED), due(join(one, two), ORDERED)
    if before.place is not Place.NOWHERE and not join(one, two).conflict:
        assert (after.place, after.kopecks) == (before.place, before.kopecks)
        assert before.refunds.items() <= after.refunds.items()
    if join(one, two).conflict:
        assert after.place is Place.NOWHERE or after.misfit is not None


@pytest.mark.parametrize(
    ("fact", "place", "misfit"),
    [
        (NOTHING, Place.NOWHERE, None),
        (Fact(Standing.PENDING), Place.NOWHERE, None),
        (Fact(Standing.DEAD), Place.NOWHERE, None),
        (PAID, Place.ACCOUNTS, None),
        (replace(PAID, taken=1), Place.SUSPENSE, Misfit.SUM),
        (replace(PAID, order_id="theirs"), Place.SUSPENSE, Misfit.OTHER_ORDER),
        (replace(PAID, currency="USD"), Place.NOWHERE, Misfit.CURRENCY),
        (replace(PAID, reference="another"), Place.NOWHERE, Misfit.OTHER_PAYMENT),
        (join(PAID, replace(PAID, taken=1)), Place.NOWHERE, Misfit.CONTRADICTION),
        (join(PAID, replace(PAID, currency="USD")), Place.NOWHERE, Misfit.CONTRADICTION),
        (join(PAID, Fact(Standing.PENDING)), Place.ACCOUNTS, None),
        (join(Fact(Standing.DEAD), PAID), Place.ACCOUNTS, None),
    ],
    ids=str,
)
def test_where_money_must_stand(fact: Fact, place: Place, misfit: Misfit | None) -> None:
    wants = due(fact, ORDERED)
    assert (wants.place, wants.misfit) == (place, misfit)


def test_money_of_several_payees_stands_in_suspense() -> None:
    wants = due(PAID, replace(ORDERED, one_payee=False))
    assert (wants.place, wants.misfit) == (Place.SUSPENSE, Misfit.SEVERAL_PAYEES)


def test_refunds_are_joined_by_their_names() -> None:
    one = replace(PAID, refunds={"x": 1, "y": 2}, refunded=3)
    two = replace(PAID, refunds={"y": 2, "z": 4}, refunded=7)
    assert due(join(one, two), ORDERED).refunds == {"x": 1, "y": 2, "z": 4}
    changed = join(one, replace(PAID, refunds={"x": 9}))
    assert changed.refunds["x"] is CONFLICT
    assert due(changed, ORDERED).refunds == {"y": 2}


def test_thousands_of_lives_end_with_every_kopeck_once() -> None:
    seen = lives.live(count=5_000, seed=20261127)
    assert [each for each in lives.SITUATIONS if not seen[each]] == []


def last_word(one: Fact, other: Fact) -> Fact:
    return replace(other, refunds={**one.refunds, **other.refunds})


def forgets_refunds(one: Fact, other: Fact) -> Fact:
    return replace(facts.join(one, other), refunds=other.refunds)


def canceled_wins(one: Fact, other: Fact) -> Fact:
    rank = [Standing.NONE, Standing.PENDING, Standing.PAID, Standing.DEAD].index
    return replace(facts.join(one, other), standing=max(one.standing, other.standing, key=rank))


def greatest_sum(one: Fact, other: Fact) -> Fact:
    sums = [each.taken for each in (one, other) if isinstance(each.taken, int)]
    return replace(facts.join(one, other), taken=max(sums) if sums else None)


@pytest.mark.parametrize("wrong", [last_word, forgets_refunds, canceled_wins, greatest_sum])
def test_lives_notice_a_wrong_join(
    wrong: Callable[[Fact, Fact], Fact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lives, "join", wrong)
    with pytest.raises(AssertionError):
        lives.live(count=5_000, seed=1)

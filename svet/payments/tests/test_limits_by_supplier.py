"""How much goes back without a signature is each supplier's own, from its day; of several, the strictest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svet.accounts.tests.factories import make_provider
from svet.arrangements.operations.limits import set_money_limits
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments.rules.overpaid import BackConflict, BackReason, BackRefused, BackTerms, strictest
from svet.payments.tests.factories import NOW, Family, StubBank
from svet.payments.tests.test_asking_back import LATER, ask, offer, pay


def choose(code: str, **given: int) -> None:
    key = make_provider(code=code).pk
    set_money_limits(provider_id=key, since=None, given=dict(given), by=Actor.system("test"), now=NOW)


def test_of_several_suppliers_the_strictest_holds() -> None:
    both = [BackTerms(Money(5), 3, 300), BackTerms(Money(7), 1, 365)]
    assert strictest(both) == strictest(both[::-1]) == BackTerms(Money(5), 1, 300)


def test_another_supplier_s_limit_changes_nothing_and_the_own_one_does(
    family: Family, bank: StubBank
) -> None:
    order, code = pay(bank, family.anna, family.first, 800_00), family.first.provider.code
    choose("volga", refund_alone=0)
    assert offer(order, family.anna).alone == Money(5_000_00)
    seen = offer(order, family.anna).shown
    choose(code, refund_alone=400_00, refund_times=1)
    with pytest.raises(BackConflict) as changed:
        ask(order, family.anna, (family.first, 500_00), shown=seen)
    assert changed.value.reason is BackReason.CHANGED
    assert (offer(order, family.anna).alone, offer(order, family.anna).terms.alone) == (Money(400_00),) * 2
    assert ask(order, family.anna, (family.first, 100_00)) is False
    other = pay(bank, family.anna, family.first, 800_00, now=LATER)
    with pytest.raises(BackRefused) as often:
        ask(other, family.anna, (family.first, 100_00), now=LATER + timedelta(minutes=1))
    assert often.value.reason is BackReason.TOO_OFTEN
    assert often.value.details["times"] == 1

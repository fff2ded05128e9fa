"""«Оплата» of a family: rows, folded ones that are paid, ticks of a group with and without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.bills import queries as bills
from svet.bills.rules.document import Sums
from svet.cabinet.payment.tests.test_payment import signed_in, text_of, words
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.look.formats import day_and_month
from svet.payments.tests.factories import owe
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.kept import kept

pytestmark = pytest.mark.django_db


@kept
def household(*, groups: int = 2, each: int = 3, debts: tuple[int, ...] = (300_00, 0, -50_00)) -> Person:
    """Anna with so many groups, in each of them these sums over and over."""
    anna = make_person()
    for number in range(groups):
        group = make_group(person=anna, name=f"Группа {number}") if number else None
        for place in range(each):
            account = make_account()
            make_link(person=anna, account=account, confirmed=True, **({"group": group} if group else {}))
            if debts[place % len(debts)]:
                owe(account, debts[place % len(debts)])
    return anna


def accounts_of(person: Person) -> list[Account]:
    return [link.account for link in Link.objects.filter(person=person).order_by("pk")]


def test_three_accounts_are_cards_and_four_are_rows() -> None:
    few = text_of(signed_in(household(groups=1)).get("/payment/"))
    assert 'class="line"' not in few
    assert few.count("<article") == 3
    many = text_of(signed_in(household(groups=1, each=4)).get("/payment/"))
    assert many.count('class="line"') == 4
    assert "<article" not in many


def test_a_row_that_is_paid_in_parts_says_what_of_it_is_asked() -> None:
    anna = household(groups=1, each=4, debts=(3_000_00, 0))
    by, account, now = Actor.person(anna.pk), accounts_of(anna)[0].public_id, timezone.now()
    offer = instalment_offer(by, account_public_id=account, now=now)
    agree_on_plan(by=by, account_public_id=account, months=3, shown=offer.shown, now=now)
    page = text_of(signed_in(anna).get("/payment/"))
    until = day_and_month(offer.choices[3][0].due_on).replace("\xa0", " ")
    assert f"из них 1 000,00 ₽ до {until}" in words(page)
    assert 'value="1000,00"' in page


def test_what_is_paid_is_folded_and_can_still_be_paid_in_advance() -> None:
    anna = household(groups=1, each=4)
    page = text_of(signed_in(anna).get("/payment/"))
    folded = page.split("line__rest")[1]
    assert "Оплачено: 2, переплата −50,00 ₽" in words(page)
    for account in accounts_of(anna)[1:3]:
        assert f'name="amount-{account.public_id}"' in folded
        assert f'value="{account.public_id}"' in folded
    assert "Детализация расчётов" in folded


def test_who_owes_is_shown_alone_by_a_link() -> None:
    anna = household()
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    assert "К оплате: 2" in words(page)
    assert "Все: 6" in words(page)
    debtors = text_of(client.get("/payment/?show=debts"))
    assert debtors.count('class="line"') == 2
    assert "Оплачено:" not in debtors
    assert "/payment/pay/?show=debts" in debtors


def test_a_group_is_ticked_and_unticked_without_javascript() -> None:
    anna = household(debts=(300_00, 20_00, 0))
    client = signed_in(anna)
    first, second, paid, *others = accounts_of(anna)
    group = Link.objects.get(account=first).group.public_id
    typed = {f"amount-{each.public_id}": "10,00" for each in accounts_of(anna)}
    typed[f"amount-{paid.public_id}"] = ""
    begin = {"key": str(uuid4()), "recount": group} | typed

    def ticked(sent: Mapping[str, object]) -> set[str]:
        page = client.post("/payment/pay/", sent).content.decode()
        marks = page.split('name="tick" value="')[1:]
        return {mark[: mark.index('"')] for mark in marks if " checked" in mark[: mark.index(">")]}

    both = {first.public_id, second.public_id}
    assert ticked(begin) == both
    assert ticked(begin | {"tick": [first.public_id]}) == both
    other = others[0].public_id
    assert ticked(begin | {"tick": [*both, other]}) == {other}
    everything = ticked(begin | {"recount": "all"})
    assert everything == {each.public_id for each in accounts_of(anna) if each != paid}
    assert ticked(begin | {"recount": "all", "tick": sorted(everything)}) == set()
    assert ticked(begin | {"recount": "somebody else's"}) == set()


def test_a_wrong_sum_opens_its_row_and_folds_nothing_over_it() -> None:
    anna = household(groups=1, each=4)
    paid = accounts_of(anna)[1].public_id
    sent = {"key": str(uuid4()), "tick": [paid], f"amount-{paid}": "сто"}
    answer = signed_in(anna).post("/payment/pay/", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    row = page[page.rindex('<li class="line"', 0, page.index(f'name="amount-{paid}"')) :]
    assert " open" in row[: row.index("</summary>")]
    assert 'value="сто"' in row
    assert paid not in page.split("line__rest")[1]


def test_with_nothing_to_pay_no_bar_stands_over_the_accounts() -> None:
    idle = text_of(signed_in(household(groups=1, each=1, debts=(0,))).get("/payment/"))
    assert "paybar paybar--idle" in idle
    assert "data-total-button hidden" in idle
    owing = text_of(signed_in(household(groups=1, each=1, debts=(300_00,))).get("/payment/"))
    assert "paybar--idle" not in owing
    assert "data-total-button hidden" not in owing


@pytest.mark.parametrize("newest_in", [-10, 10])
def test_a_debt_is_late_since_the_same_day_here_and_on_the_first_page(
    monkeypatch: pytest.MonkeyPatch, newest_in: int
) -> None:
    today = timezone.localdate()
    days = [today + timedelta(days=newest_in), today - timedelta(days=40)]
    sums = [Sums(200_00, 100_00, 0, 0, 300_00), Sums(0, 200_00, 0, 0, 200_00)]
    asked = [
        SimpleNamespace(public_id=f"b{n}", month=Month.of(on), issued_on=on, due_on=on, sums=each)
        for n, (on, each) in enumerate(zip(days, sums, strict=True))
    ]
    monkeypatch.setattr(
        bills, "last_bills", lambda *, account_ids, months=6: dict.fromkeys(account_ids, asked)
    )
    client = signed_in(household(groups=1, each=1, debts=(300_00,)))
    said = f"срок был {day_and_month(days[1])}" if newest_in < 0 else f"до {day_and_month(days[0])}"
    for page in ("/payment/", "/today/"):
        assert words(said) in words(text_of(client.get(page)))

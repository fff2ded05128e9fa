"""«Добавить абонента»: Anna owns the account, Boris is her son, Vera a stranger."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts import operations, queries
from svet.accounts.models import Account, Link
from svet.accounts.operations import LinkReason, LinkRefused
from svet.accounts.queries import AccountNotFound
from svet.accounts.rules import NumberRefused, Right
from svet.accounts.tests.factories import NOW, OFFICE, make_account, make_group, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.limits import operations as limits
from svet.limits.operations import LimitReached
from svet.limits.rules import LIMITS, LimitName
from svet.notices.models import Notice
from svet.people.tests.factories import make_person

ANNA_PHONE = "+79117178512"
METER = "115268446"


def add(person_id: int, account: str, meter: str = METER, group: str | None = None) -> Link:
    added = operations.link_account(
        by=Actor.person(person_id), account_number=account, meter_number=meter, group_public_id=group, now=NOW
    )
    return Link.objects.kept().get(person_id=person_id, account__public_id=added.public_id)


@pytest.mark.django_db
def test_registry_phone_confirms_the_owner_and_the_son_stays_masked() -> None:
    anna, boris = make_person(phone=ANNA_PHONE), make_person()
    account = make_account(registry_phone=ANNA_PHONE, proofs=[METER])
    assert add(anna.pk, account.number).confirmed_at is not None
    assert add(boris.pk, account.number).confirmed_at is None
    (shown,) = queries.cabinet(anna.pk)[0].cards
    (masked,) = queries.cabinet(boris.pk)[0].cards
    assert (shown.holder, masked.holder) == ("Иванова Анна Петровна", "А*** П. И******")
    assert "кв.\u00a017" in shown.address
    assert "17" not in masked.address
    assert queries.is_confirmed(Actor.person(anna.pk), account_id=account.pk)
    assert not queries.is_confirmed(Actor.person(boris.pk), account_id=account.pk)


@pytest.mark.django_db
def test_account_lands_in_the_pressed_group_else_in_my_group() -> None:
    boris = make_person()
    parents = make_group(person=boris)
    account, other = make_account(proofs=[METER]), make_account(proofs=[METER])
    assert add(boris.pk, account.number, group=parents.public_id).group == parents
    assert add(boris.pk, other.number).group.name == "Моя группа"


@pytest.mark.django_db
def test_another_persons_group_is_not_used() -> None:
    boris, vera = make_person(), make_person()
    foreign = make_group(person=boris)
    account = make_account(proofs=[METER])
    assert add(vera.pk, account.number, group=foreign.public_id).group.person_id == vera.pk


@pytest.mark.django_db
def test_wrong_pairs_all_look_alike_and_change_nothing() -> None:
    vera = make_person()
    account = make_account(proofs=[METER])
    for number, meter in [(account.number, "999999"), ("9999999999", METER), ("9999999999", "999999")]:
        with pytest.raises(LinkRefused) as caught:
            add(vera.pk, number, meter)
        assert caught.value.reason == LinkReason.NO_SUCH_PAIR
        assert not caught.value.details
    assert not Link.objects.exists()
    assert Entry.objects.filter(security=True, action="linking.wrong_pair").count() == 3


@pytest.mark.django_db
def test_wrong_and_unknown_accounts_cost_the_same_queries() -> None:
    vera = make_person()
    account = make_account(proofs=[METER])
    costs = []
    for number in (account.number, "9999999999"):
        with CaptureQueriesContext(connection) as captured, pytest.raises(LinkRefused):
            add(vera.pk, number, "999999")
        costs.append([query["sql"].split('"')[0][:30] for query in captured.captured_queries])
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_same_pair_again_gives_the_same_link_without_spending_tries() -> None:
    boris = make_person()
    account = make_account(proofs=[METER])
    links = {add(boris.pk, account.number).pk for _ in range(12)}
    assert len(links) == 1


@pytest.mark.django_db
def test_sixth_wrong_try_of_a_person_must_wait() -> None:
    vera = make_person()
    for n in range(5):
        with pytest.raises(LinkRefused):
            add(vera.pk, f"999999999{n}")
    with pytest.raises(LimitReached):
        add(vera.pk, "9999999990")


@pytest.mark.django_db
def test_five_wrong_tries_pause_the_account_for_all_but_its_owner() -> None:
    account = make_account(registry_phone=ANNA_PHONE, proofs=[METER])
    for _ in range(5):
        with pytest.raises(LinkRefused):
            add(make_person().pk, account.number, "999999")
    with pytest.raises(LinkRefused) as caught:
        add(make_person().pk, account.number)
    assert caught.value.reason == LinkReason.NO_SUCH_PAIR
    assert Entry.objects.filter(action="linking.paused").count() == 1
    anna = make_person(phone=ANNA_PHONE)
    assert add(anna.pk, account.number).confirmed_at is not None


@pytest.mark.django_db
def test_ten_right_pairs_in_a_row_are_never_stopped() -> None:
    boris = make_person()
    for _ in range(10):
        add(boris.pk, make_account(proofs=[METER]).number)
    assert sum(len(group.cards) for group in queries.cabinet(boris.pk)) == 10


@pytest.mark.django_db
def test_closed_contract_is_told_only_to_the_right_pair() -> None:
    vera = make_person()
    account = make_account(proofs=[METER])
    operations.end_contract(
        by=OFFICE, account_public_id=account.public_id, on=date(2026, 1, 1), reason="акт № 1", now=NOW
    )
    with pytest.raises(LinkRefused) as wrong:
        add(vera.pk, account.number, "999999")
    with pytest.raises(LinkRefused) as right:
        add(vera.pk, account.number)
    assert (wrong.value.reason, right.value.reason) == (LinkReason.NO_SUCH_PAIR, LinkReason.CLOSED)


@pytest.mark.django_db
def test_those_already_linked_are_told() -> None:
    anna, boris = make_person(), make_person()
    account = make_account(proofs=[METER])
    make_link(person=anna, account=account)
    add(boris.pk, account.number)
    assert Notice.objects.filter(recipient_id=anna.recipient_id).count() == 1
    assert Notice.objects.filter(recipient_id=boris.recipient_id).count() == 1


@pytest.mark.django_db
def test_stranger_sees_nothing_and_cannot_take_anything_out() -> None:
    anna, vera = make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account)
    stranger = Actor.person(vera.pk)
    assert not queries.visible_ids(stranger).exists()
    assert not queries.visible_ids(Actor.anonymous()).exists()
    for act in (
        lambda: queries.account_for(stranger, public_id=account.public_id),
        lambda: operations.unlink(by=stranger, account_public_id=account.public_id, now=NOW),
        lambda: operations.set_alias(by=stranger, account_public_id=account.public_id, alias="x"),
        lambda: operations.set_delivery(
            by=stranger, account_public_id=account.public_id, delivery="paper", now=NOW
        ),
    ):
        with pytest.raises(AccountNotFound):
            act()
    assert Link.objects.filter(removed_at__isnull=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("right", list(Right))
def test_each_right_is_guarded_by_itself(right: Right) -> None:
    boris = make_person()
    account = make_account()
    make_link(person=boris, account=account, **{f"can_{r.value}": r in (Right.VIEW, right) for r in Right})
    for asked in Right:
        found = queries.visible_ids(Actor.person(boris.pk), right=asked).exists()
        assert found == (asked in (Right.VIEW, right))


@pytest.mark.django_db
def test_removed_and_suspended_links_open_nothing() -> None:
    boris = make_person()
    account = make_account()
    link = make_link(person=boris, account=account)
    operations.unlink(by=Actor.person(boris.pk), account_public_id=account.public_id, now=NOW)
    assert not queries.visible_ids(Actor.person(boris.pk)).exists()
    make_link(person=boris, account=account, suspended_at=NOW)
    assert not queries.visible_ids(Actor.person(boris.pk)).exists()
    assert link.pk


@pytest.mark.django_db
def test_holder_suspends_a_younger_unconfirmed_link_and_not_an_older_one() -> None:
    anna, vera = make_person(), make_person()
    account = make_account()
    own = make_link(person=anna, account=account)
    theirs = make_link(person=vera, account=account)
    Link.objects.filter(pk=theirs.pk).update(linked_at=NOW + timedelta(days=1))
    with pytest.raises(LinkRefused):
        operations.suspend_link(by=Actor.person(vera.pk), link_public_id=own.public_id, now=NOW)
    operations.suspend_link(by=Actor.person(anna.pk), link_public_id=theirs.public_id, now=NOW)
    assert not queries.visible_ids(Actor.person(vera.pk)).exists()
    assert queries.visible_ids(Actor.person(anna.pk)).exists()


@pytest.mark.django_db
def test_suspended_cabinet_cannot_come_back_by_taking_out_and_adding_again() -> None:
    anna, vera = make_person(), make_person()
    account = make_account(proofs=[METER])
    make_link(person=anna, account=account, confirmed=True)
    theirs = make_link(person=vera, account=account)
    operations.suspend_link(by=Actor.person(anna.pk), link_public_id=theirs.public_id, now=NOW)
    with pytest.raises(AccountNotFound):
        operations.unlink(by=Actor.person(vera.pk), account_public_id=account.public_id, now=NOW)
    assert add(vera.pk, account.number).suspended_at is not None
    assert not queries.visible_ids(Actor.person(vera.pk)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["suspended", "taken out"])
def test_bills_stop_going_to_a_cabinet_that_no_longer_holds_the_account(how: str) -> None:
    anna, vera = make_person(), make_person(email="vera@example.org")
    account = make_account()
    theirs = make_link(person=vera, account=account)
    operations.set_delivery(
        by=Actor.person(vera.pk), account_public_id=account.public_id, delivery="email", now=NOW
    )
    make_link(person=anna, account=account, confirmed=True)
    if how == "suspended":
        operations.suspend_link(by=Actor.person(anna.pk), link_public_id=theirs.public_id, now=NOW)
    else:
        operations.unlink(by=Actor.person(vera.pk), account_public_id=account.public_id, now=NOW)
    account.refresh_from_db()
    assert (account.delivery, account.delivery_email) == ("paper", "")
    assert Entry.objects.filter(action="account.delivery_ended").exists()


@pytest.mark.django_db
def test_bills_go_on_to_the_one_who_stays() -> None:
    anna, vera = make_person(email="anna@example.org"), make_person(email="vera@example.org")
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=vera, account=account)
    operations.set_delivery(
        by=Actor.person(anna.pk), account_public_id=account.public_id, delivery="both", now=NOW
    )
    operations.unlink(by=Actor.person(vera.pk), account_public_id=account.public_id, now=NOW)
    account.refresh_from_db()
    assert (account.delivery, account.delivery_email) == ("both", "anna@example.org")


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_adds_of_one_pair_make_one_link() -> None:
    anna = make_person(phone=ANNA_PHONE)
    account = make_account(registry_phone=ANNA_PHONE, proofs=[METER])

    def one(_n: int) -> int:
        try:
            return add(anna.pk, account.number).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        keys = set(pool.map(one, range(20)))
    assert len(keys) == 1
    assert Link.objects.count() == 1


@pytest.mark.django_db
def test_bulk_registration_keeps_known_accounts_and_refuses_bad_numbers_whole() -> None:
    known = make_account(number="0356067000")
    row = operations.NewAccount(
        number="0356067000", holder_name="Другой", city="Челябинск", opened_on=date(2020, 1, 1)
    )
    fresh = operations.NewAccount(
        number="0356067001", holder_name="Новый", city="Челябинск", opened_on=date(2020, 1, 1)
    )
    keys = operations.create_accounts(
        provider_id=known.provider_id, rows=[fresh, row, fresh], by=OFFICE, now=NOW
    )
    assert keys[1] == known.pk
    assert keys[0] == keys[2]
    assert Account.objects.get(pk=known.pk).holder_name == "Иванова Анна Петровна"
    bad = operations.NewAccount(number="1", holder_name="", city="", opened_on=date(2020, 1, 1))
    with pytest.raises(NumberRefused):
        operations.create_accounts(provider_id=known.provider_id, rows=[bad], by=OFFICE, now=NOW)


@pytest.mark.django_db
def test_delivery_by_email_needs_a_confirmed_address_and_a_confirmed_holder_decides() -> None:
    anna, boris = make_person(phone=ANNA_PHONE), make_person()
    account = make_account(registry_phone=ANNA_PHONE)
    make_link(person=boris, account=account)

    def choose(person_id: int, delivery: str) -> Account:
        operations.set_delivery(
            by=Actor.person(person_id), account_public_id=account.public_id, delivery=delivery, now=NOW
        )
        account.refresh_from_db()
        return account

    with pytest.raises(Refused) as caught:
        choose(boris.pk, "email")
    assert caught.value.reason == operations.DeliveryReason.EMAIL_NOT_CONFIRMED
    boris.email, boris.email_confirmed_at = "boris@example.org", NOW
    boris.save()
    assert choose(boris.pk, "email").delivery_email == "boris@example.org"
    make_link(person=anna, account=account, confirmed=True)
    with pytest.raises(Refused) as caught:
        choose(boris.pk, "paper")
    assert caught.value.reason == operations.DeliveryReason.NOT_YOURS_TO_CHOOSE
    assert choose(anna.pk, "paper").delivery_email == ""


@pytest.mark.django_db
def test_guessing_everywhere_stops_strangers_not_owners_and_is_noted_once() -> None:
    limit = LimitName.LINKING_WRONG_EVERYWHERE
    account = make_account(registry_phone=ANNA_PHONE, proofs=[METER])
    limits.spend(limit=limit, key="all", now=NOW, cost=LIMITS[limit].amount)
    for _ in range(3):
        with pytest.raises(LimitReached):
            add(make_person().pk, account.number)
    assert add(make_person(phone=ANNA_PHONE).pk, account.number).confirmed_at is not None
    (noted,) = Entry.objects.filter(security=True, action="breaker.opened")
    assert noted.subject_id == limit.value


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [{"account_id": 1}, {"person_id": 1}, {"account_id": 1, "person_id": 1, "barred_at__isnull": False}],
    ids=["of an account, as the office sees it", "of a person, for their copy", "whoever was barred"],
)
def test_links_that_are_removed_are_found_without_reading_all(asked: dict[str, Any]) -> None:
    """A million and a half links, and one is looked up with each account that somebody adds."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Link.objects.filter(**asked).explain()
    assert "Index Cond" in plan
    assert "Seq Scan" not in plan

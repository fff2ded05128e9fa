"""What the office decides: complaints, confirming a person, handing an account over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from svet.accounts import operations, queries
from svet.accounts.models import Account, HandOver, Link
from svet.accounts.operations import HoldingReason, LinkRefused
from svet.accounts.queries import AccountNotFound, household, office
from svet.accounts.rules import BillDelivery
from svet.accounts.tests.factories import make_account, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.staffing.rules import StaffReason
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = queries.provider_today
SERIAL = "115268446"


def by(person: Person) -> Actor:
    return Actor.person(person.pk)


@pytest.fixture
def olga() -> Actor:
    return Actor.staff(make_member().person_id, name="Смирнова Ольга (operator)")


@pytest.fixture
def account() -> Account:
    return make_account(proofs=[SERIAL])


def sees(person: Person, account: Account) -> bool:
    return queries.visible_ids(by(person)).filter(pk=account.pk).exists()


def add(person: Person, account: Account) -> Link:
    operations.link_account(by=by(person), account_number=account.number, meter_number=SERIAL, now=NOW)
    return Link.objects.kept().get(person=person, account=account)


def hand_over(olga: Actor, account: Account, **changed: Any) -> None:
    terms: dict[str, Any] = {
        "holder_name": "Новосёлов Пётр Ильич",
        "phone": "",
        "on_date": TODAY(account.provider, NOW),
        "ground": "sale",
        "reason": "договор купли-продажи",
    }
    operations.hand_over(by=olga, account_public_id=account.public_id, now=NOW, **(terms | changed))


def test_a_complaint_waits_for_the_office_which_opens_or_closes_for_good(
    olga: Actor, account: Account
) -> None:
    anna, boris, vera = make_person(), make_person(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    links = {person: add(person, account) for person in (boris, vera)}
    for link in links.values():
        operations.suspend_link(by=by(anna), link_public_id=link.public_id, now=NOW)
    assert office.suspended_count() == 2
    assert [row.phone for row in office.suspended(limit=9)] == [boris.phone, vera.phone]
    operations.restore_link(by=olga, link_public_id=links[boris].public_id, reason="это сын", now=NOW)
    operations.bar_link(by=olga, link_public_id=links[vera].public_id, reason="чужой человек", now=NOW)
    assert office.suspended_count() == 0
    assert (sees(boris, account), sees(vera, account)) == (True, False)
    with pytest.raises(LinkRefused):
        add(vera, account)
    assert Notice.objects.filter(event="access_changed").count() == 2
    entry = Entry.objects.get(action="link.barred")
    assert (entry.actor_name, entry.reason) == (olga.name, "чужой человек")


def test_the_registrys_phone_is_never_barred(olga: Actor) -> None:
    anna = make_person()
    account = make_account(registry_phone=anna.phone, proofs=[SERIAL])
    link = add(anna, account)
    operations.bar_link(by=olga, link_public_id=link.public_id, reason="ошибка оператора", now=NOW)
    assert add(anna, account).is_owner


def test_a_confirmed_person_is_the_owner_and_the_name_opens(olga: Actor, account: Account) -> None:
    anna = make_person()
    link = add(anna, account)
    assert queries.card_of(by(anna), account_public_id=account.public_id).holder == "А*** П. И******"
    for document, reason, said in (
        ("", "пришла сама", HoldingReason.DOCUMENT_REQUIRED),
        ("паспорт", "", StaffReason.REASON_REQUIRED),
    ):
        with pytest.raises(Refused) as refused:
            operations.confirm_link(
                by=olga, link_public_id=link.public_id, document=document, reason=reason, now=NOW
            )
        assert refused.value.reason is said
    operations.confirm_link(
        by=olga, link_public_id=link.public_id, document="паспорт", reason="пришла сама", now=NOW
    )
    assert queries.card_of(by(anna), account_public_id=account.public_id).holder == account.holder_name
    assert household.owns(by(anna), account_id=account.pk)


def test_the_owner_approves_who_came_by_the_numbers(account: Account) -> None:
    anna, boris, vera = make_person(), make_person(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    link = add(boris, account)
    with pytest.raises(AccountNotFound):
        operations.approve_link(by=by(boris), link_public_id=link.public_id, now=NOW)
    with pytest.raises(AccountNotFound):
        operations.approve_link(by=by(vera), link_public_id=link.public_id, now=NOW)
    operations.approve_link(by=by(anna), link_public_id=link.public_id, now=NOW)
    card = queries.card_of(by(boris), account_public_id=account.public_id)
    assert card.holder == account.holder_name
    assert not household.owns(by(boris), account_id=account.pk)


def test_a_hand_over_takes_the_account_from_all_but_the_new_holder(olga: Actor, account: Account) -> None:
    anna, boris, heir = make_person(email="anna@example.org"), make_person(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=heir, account=account)
    add(boris, account)
    operations.set_delivery(by=by(anna), account_public_id=account.public_id, delivery="email", now=NOW)
    operations.invite(
        by=by(anna), account_public_id=account.public_id, phone="+79000000077", rights=[], now=NOW
    )
    hand_over(olga, account, phone=heir.phone, ground="inheritance")
    account.refresh_from_db()
    assert [sees(person, account) for person in (anna, boris, heir)] == [False, False, True]
    assert household.owns(by(heir), account_id=account.pk)
    assert (account.holder_name, account.delivery) == ("Новосёлов Пётр Ильич", BillDelivery.PAPER)
    assert not household.invitations_of(account_id=account.pk, now=NOW)
    with pytest.raises(LinkRefused):
        add(anna, account)
    (former,) = office.former_holders(account_id=account.pk)
    assert (former.name, former.ground) == ("Иванова Анна Петровна", "inheritance")
    assert Entry.objects.get(action="account.handed_over").reason == "договор купли-продажи"


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_hand_over_is_never_changed(olga: Actor, account: Account, change: str) -> None:
    hand_over(olga, account)
    rows = HandOver.objects.filter(account=account)
    with pytest.raises(IntegrityError, match="a hand-over is a fact"):
        rows.update(reason="другая") if change == "update" else rows.delete()


def test_whom_the_new_holder_invites_comes_back(olga: Actor, account: Account) -> None:
    anna, heir = make_person(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=heir, account=account)
    hand_over(olga, account, phone=heir.phone)
    invited = operations.invite(
        by=by(heir), account_public_id=account.public_id, phone=anna.phone, rights=["pay"], now=NOW
    )
    operations.accept_invitation(by=by(anna), invitation_public_id=invited, now=NOW)
    assert sees(anna, account)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"holder_name": " "}, HoldingReason.NAME_REQUIRED),
        ({"holder_name": "И\u202eванов"}, HoldingReason.NAME_CHARS),
        ({"ground": "gift"}, HoldingReason.GROUND),
        ({"on_date": date(2019, 12, 31)}, HoldingReason.BEFORE_OPENED),
        ({"on_date": NOW.date() + timedelta(days=3)}, HoldingReason.FUTURE),
        ({"reason": "да"}, StaffReason.REASON_REQUIRED),
    ],
)
def test_an_impossible_hand_over_changes_nothing(
    olga: Actor, account: Account, changed: dict[str, object], reason: object
) -> None:
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    with pytest.raises(Refused) as refused:
        hand_over(olga, account, **changed)
    assert refused.value.reason is reason
    assert sees(anna, account)


def test_nobody_but_the_office_decides(account: Account) -> None:
    anna = make_person()
    link = make_link(person=anna, account=account, confirmed=True)
    with pytest.raises(AccountNotFound):
        hand_over(by(anna), account)
    with pytest.raises(AccountNotFound):
        operations.bar_link(by=by(anna), link_public_id=link.public_id, reason="не хочу видеть", now=NOW)

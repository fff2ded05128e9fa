"""«Простой вид»: by oneself, by somebody close, back, and what happens when the account is gone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts import operations
from svet.accounts.models import Account, Link
from svet.accounts.operations import SimpleReason, SimpleRefused
from svet.accounts.queries import AccountNotFound
from svet.accounts.queries.simple_view import close_cabinets
from svet.accounts.tests.factories import make_account, make_link
from svet.api.tests.test_v1 import Program
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.look.formats import phone
from svet.metering.tests.factories import make_meter
from svet.notices.models import Notice
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import make_order, owe
from svet.people.models import Person
from svet.people.rules import Scope
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MENU = 'class="menu"'


@pytest.fixture
def mama() -> Person:
    return make_person()


@pytest.fixture
def account(mama: Person) -> Account:
    found = make_account(flat="17")
    make_meter(account=found)
    make_link(person=mama, account=found, confirmed=True)
    return found


@pytest.fixture
def boris(mama: Person, account: Account) -> Person:
    """Mama has let him in."""
    found = make_person()
    invited(found, account, by=mama)
    return found


def invited(person: Person, account: Account, *, by: Person, **rights: Any) -> Link:
    link = make_link(person=person, account=account, confirmed=True)
    Link.objects.filter(pk=link.pk).update(invited_by=by, **rights)
    return link


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def page(client: Client, url: str = "/simple/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def hers(mama: Person, account: Account) -> str:
    return Link.objects.get(person=mama, account=account).public_id


def for_mama(boris: Person, mama: Person, account: Account) -> None:
    operations.turn_on_simple_view_for(
        by=Actor.person(boris.pk),
        account_public_id=account.public_id,
        link_public_id=hers(mama, account),
        now=NOW,
    )


def test_she_turns_it_on_sees_two_buttons_and_goes_back(mama: Person, account: Account) -> None:
    client = enter(mama)
    assert client.get("/")["Location"] == "/today/"
    assert "Включить простой вид" in page(client)
    assert "/simple/settings/" in page(client, "/profile/")
    assert client.post("/simple/settings/", {"account": account.public_id})["Location"] == "/simple/"
    assert client.get("/")["Location"] == "/simple/"
    shown = page(client)
    assert shown.count('class="giant') == 2
    assert f'href="/accounts/{account.public_id}/readings/"' in shown
    assert f'href="/payment/?only={account.public_id}"' in shown
    assert 'data-size="large"' in shown
    assert MENU not in shown
    assert "Обычный вид" in shown
    assert "Все разделы" in shown
    for url in (f"/accounts/{account.public_id}/readings/", "/payment/", "/readings/"):
        inside = page(client, url)
        assert MENU not in inside, url
        assert 'href="/simple/"' in inside, url
        assert 'href="/simple/sections/"' in inside, url
    elsewhere = page(client, "/history/")
    assert MENU in elsewhere
    assert 'href="/simple/"' in elsewhere
    assert 'data-size="large"' not in elsewhere
    for url in ("/today/", "/payment/", "/readings/", "/history/", "/help/", "/accounts/", "/profile/"):
        assert f'href="{url}"' in page(client, "/simple/sections/"), url
    assert client.post("/simple/off/")["Location"] == "/today/"
    client.post("/simple/off/")
    assert client.get("/")["Location"] == "/today/"
    assert list(
        Entry.objects.filter(action__startswith="simple_view").order_by("pk").values_list("action", flat=True)
    ) == ["simple_view.on", "simple_view.off"]


def test_of_two_accounts_she_chooses_and_pays_for_that_alone(mama: Person, account: Account) -> None:
    dacha = make_account(flat="18")
    make_link(person=mama, account=dacha, confirmed=True)
    client = enter(mama)
    bad = client.post("/simple/settings/", {"account": "nobody"})
    assert bad.status_code == 422
    assert "Этого счёта нет в вашем кабинете" in bad.content.decode()
    client.post("/simple/settings/", {"account": dacha.public_id})
    assert dacha.public_id in page(client)
    assert account.public_id not in page(client)
    paying = page(client, f"/payment/?only={dacha.public_id}")
    assert account.number not in paying
    assert f"?only={dacha.public_id}" in paying
    assert account.number in page(client, "/payment/?only=nobody")


def test_what_another_account_owes_does_not_disappear(mama: Person, account: Account) -> None:
    """Turned on for the account of her daughter, it said «Всё оплачено» while her own flat owed."""
    daughters = make_account(flat="18")
    make_link(person=mama, account=daughters, confirmed=True)
    client = enter(mama)
    client.post("/simple/settings/", {"account": daughters.public_id})
    assert "По другим вашим счетам" not in page(client)
    owe(account, 127_070)
    shown = page(client).replace("\u00a0", " ")
    assert "<h1>По этому счёту всё оплачено</h1>" in shown
    assert '<a href="/payment/">По другим вашим счетам: 1 270,70 ₽</a>' in shown
    client.post("/simple/settings/", {"account": account.public_id})
    assert "По другим вашим счетам" not in page(client)


def test_a_strangers_account_is_none_of_hers(mama: Person) -> None:
    strange = make_account(flat="99")
    with pytest.raises(AccountNotFound):
        operations.turn_on_simple_view(by=Actor.person(mama.pk), account_public_id=strange.public_id, now=NOW)


def test_who_may_only_look_has_no_button_and_no_simple_view(mama: Person, account: Account) -> None:
    galina = make_person()
    invited(galina, account, by=mama, can_submit=False, can_pay=False)
    with pytest.raises(SimpleRefused) as refused:
        operations.turn_on_simple_view(
            by=Actor.person(galina.pk), account_public_id=account.public_id, now=NOW
        )
    assert refused.value.reason is SimpleReason.NO_RIGHT
    assert close_cabinets(Actor.person(galina.pk), account_public_id=account.public_id) == []
    assert "Для простого вида нужен счёт" in page(enter(galina), "/simple/settings/")


def test_boris_turns_it_on_for_mama_she_is_told_and_has_the_last_word(
    mama: Person, boris: Person, account: Account
) -> None:
    url = f"/accounts/{account.public_id}/simple/"
    his, client = enter(boris), enter(mama)
    assert "Владелец счёта" in page(his, url)
    assert phone(mama.phone) not in page(his, url)
    his.post(url, {"link": hers(mama, account)})
    notice = Notice.objects.get(recipient=mama.recipient)
    assert notice.event == "simple_view_on"
    entry = Entry.objects.get(action="simple_view.on")
    assert (entry.actor_person_id, entry.subject_id) == (boris.pk, mama.public_id)
    assert client.get("/")["Location"] == "/simple/"
    assert "Оставить?" in page(client)
    assert his.post(url, {"link": hers(mama, account)}).status_code == 422
    turned_on = page(his, url)
    client.post("/simple/off/")
    # Which of the two it is, is hers: a guest reads only that they cannot.
    for told in (turned_on, page(his, url)):
        assert "Владелец счёта: включить простой вид нельзя" in told
        assert "уже включён" not in told
        assert "выбрал" not in told
        assert "собственный выбор" not in told
    with pytest.raises(SimpleRefused) as refused:
        for_mama(boris, mama, account)
    assert refused.value.reason is SimpleReason.DECIDED
    assert Notice.objects.filter(recipient=mama.recipient).count() == 1
    client.post("/simple/keep/")
    assert not fresh(mama).simple_account


def test_the_page_says_when_it_is_on_for_another_account(
    mama: Person, boris: Person, account: Account
) -> None:
    """To who let him in; a guest of the account reads only that they cannot."""
    elsewhere, url = "простой вид уже включён для другого счёта", f"/accounts/{account.public_id}/simple/"
    other = make_account().public_id
    Person.objects.filter(pk__in=[mama.pk, boris.pk]).update(simple_account=other)
    assert elsewhere in page(enter(mama), url)
    assert elsewhere not in page(enter(boris), url)


def test_she_keeps_what_was_turned_on_and_is_asked_no_more(
    mama: Person, boris: Person, account: Account
) -> None:
    for_mama(boris, mama, account)
    client = enter(mama)
    client.post("/simple/keep/")
    assert "Оставить?" not in page(client)
    assert page(client).count("Обычный вид") == 1


def test_the_owner_turns_it_on_for_whom_she_let_in(mama: Person, boris: Person, account: Account) -> None:
    own = Link.objects.get(person=boris)
    assert "Владелец" not in page(enter(mama), f"/accounts/{account.public_id}/simple/")
    operations.turn_on_simple_view_for(
        by=Actor.person(mama.pk), account_public_id=account.public_id, link_public_id=own.public_id, now=NOW
    )
    assert fresh(boris).simple_account == account.public_id


def test_neither_the_neighbour_nor_another_guest_nor_who_came_by_numbers(
    mama: Person, boris: Person, account: Account
) -> None:
    vera, galina, newcomer = make_person(), make_person(), make_person()
    invited(galina, account, by=mama)
    make_link(person=newcomer, account=account)
    with pytest.raises(AccountNotFound):
        for_mama(vera, mama, account)
    assert enter(vera).get(f"/accounts/{account.public_id}/simple/").status_code == 404
    with pytest.raises(SimpleRefused):
        for_mama(newcomer, mama, account)
    for guest in (galina, newcomer):
        with pytest.raises(SimpleRefused):
            for_mama(boris, guest, account)
    assert not Person.objects.exclude(simple_account="").exists()


def test_the_right_has_ended(mama: Person, boris: Person, account: Account) -> None:
    """He turned it on for himself at her account; she has closed the door since."""
    operations.turn_on_simple_view(by=Actor.person(boris.pk), account_public_id=account.public_id, now=NOW)
    Link.objects.filter(person=boris).update(suspended_at=NOW)
    client = enter(boris)
    shown = page(client)
    assert "больше нет в вашем кабинете" in shown
    assert "Обычный вид" in shown
    with pytest.raises(AccountNotFound):
        for_mama(boris, mama, account)


def test_programs_choose_it_too(mama: Person, account: Account) -> None:
    program = Program(mama, {Scope.ACCOUNTS_READ, Scope.CABINET_WRITE})
    assert program.get("/simple-view").json() == {"account_id": None, "decided": False}
    chosen = program.post("/simple-view", {"account_id": account.public_id}, key="k1")
    assert chosen.json() == {"account_id": account.public_id, "decided": True}
    assert program.post("/simple-view", {"account_id": "nobody"}, key="k2").status_code == 404
    assert program.post("/simple-view", {"account_id": None}, key="k3").json()["account_id"] is None


def test_beside_the_large_button_it_is_said_that_the_sum_may_be_paid(mama: Person, account: Account) -> None:
    owe(account, 500_00)
    client = enter(mama)
    client.post("/simple/settings/", {"account": account.public_id})
    assert "Возможно," not in page(client)
    order = make_order(person=mama, lines=[(account, 500_00)])
    Order.objects.filter(pk=order.pk).update(state=OrderState.WAITING.value)
    for url in ("/simple/", "/today/"):
        assert "уже оплачены: банк ещё не ответил" in page(client, url)
    # One of another account of hers says nothing about this one.
    order.lines.update(account=make_account(flat="18"))
    assert "Возможно," not in page(client)

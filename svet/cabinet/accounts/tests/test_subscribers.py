"""«Абоненты и группы» by HTTP: Anna owns the account, Boris is her son, Vera a stranger."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from svet.accounts.models import Account, Group, Link
from svet.accounts.tests.factories import make_account, make_group, make_link, make_provider
from svet.journal.models import Entry
from svet.metering.tests.factories import make_meter
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
ADD = "/accounts/add/"


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pair() -> tuple[Account, str]:
    account = make_account()
    return account, make_meter(account=account, next_verification_on=date(2027, 2, 1)).serial


def test_stranger_to_the_site_is_sent_to_the_entrance() -> None:
    for url in ("/accounts/", ADD, "/readings/"):
        assert Client().get(url).headers["Location"].startswith("/entrance/")


def test_empty_cabinet_offers_the_one_next_step() -> None:
    page = signed(make_person()).get("/accounts/").content.decode()
    assert "Добавьте первого абонента" in page
    assert ADD in page


def test_account_is_added_by_two_numbers_into_the_pressed_group() -> None:
    boris = make_person()
    group = make_group(person=boris)
    account, serial = pair()
    client = signed(boris)
    page = client.get(f"{ADD}?group={group.public_id}").content.decode()
    assert "Номер абонента" in page
    assert "Номер прибора учёта" in page
    assert "Родители" in page
    answer = client.post(
        ADD, {"account_number": account.number, "meter_number": serial, "group": group.public_id}, follow=True
    )
    shown = answer.content.decode()
    assert f"Аб. №&nbsp;{account.number}" in shown
    assert "А*** П. И******" in shown
    assert f"Информация о приборе учета №&nbsp;{serial}" in shown
    assert "01.02.2027" in shown
    assert Link.objects.get().group == group


def test_whose_meter_was_replaced_is_told_which_number_is_wanted() -> None:
    assert "нужен номер нового" in signed(make_person()).get(ADD).content.decode()


def test_wrong_pair_gets_one_answer_whether_the_account_exists_or_not() -> None:
    account, serial = pair()
    bodies = []
    for number in (account.number, "9999999999"):
        answer = signed(make_person()).post(ADD, {"account_number": number, "meter_number": f"9{serial}"})
        assert answer.status_code == 422
        body = answer.content.decode().replace(number, "N")
        bodies.append(body[body.index("form_errors" if "form_errors" in body else "<main") :][:3000])
    strip = [body.split("csrfmiddlewaretoken")[0] for body in bodies]
    assert strip[0] == strip[1]
    assert "не нашли такую пару" in bodies[0]


def test_typed_values_stay_beside_their_error() -> None:
    make_provider()
    page = signed(make_person()).post(ADD, {"account_number": "0356067OOO", "meter_number": "115"})
    body = page.content.decode()
    assert page.status_code == 422
    assert 'value="0356067OOO"' in body
    assert "буква О вместо нуля" in body


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("account_number=1111111111&meter_number=1&meter_number=2", "несколько раз"),
        ("account_number=1%00&meter_number=1", "невидимые символы"),
        (f"account_number={'1' * 5000}&meter_number=1", "Слишком длинное"),
    ],
)
def test_hostile_forms_are_answered_beside_the_field(data: str, text: str) -> None:
    answer = signed(make_person()).post(ADD, data, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert text in answer.content.decode()


def test_sixth_wrong_try_says_how_long_to_wait() -> None:
    client = signed(make_person())
    make_provider()
    for n in range(6):
        answer = client.post(ADD, {"account_number": f"999999999{n}", "meter_number": "123456"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Слишком много попыток" in answer.content.decode()


def test_strangers_get_404_everywhere_and_the_journal_knows() -> None:
    anna, vera = make_person(), make_person()
    account, _serial = pair()
    link = make_link(person=anna, account=account)
    client = signed(vera)
    base = f"/accounts/{account.public_id}/"
    group = link.group.public_id
    before = (Link.objects.values().get(), Group.objects.values().get(), Account.objects.values().get())
    assert client.get(base).status_code == 404
    assert client.get(f"{base}remove/").status_code == 404
    for url in (
        f"{base}delivery/",
        f"{base}alias/",
        f"{base}remove/",
        f"{base}not-me/{link.public_id}/",
        f"/groups/{group}/rename/",
        f"/groups/{group}/delete/",
        f"/groups/{group}/move/",
    ):
        answer = client.post(url, {"delivery": "paper", "name": "x", "alias": "x"})
        assert answer.status_code == 404, url
    assert (
        Link.objects.values().get(),
        Group.objects.values().get(),
        Account.objects.values().get(),
    ) == before
    assert Entry.objects.filter(security=True, action="not_visible").count() == 9


def test_name_and_flat_are_open_to_the_owner_only() -> None:
    anna, boris = make_person(), make_person()
    account = make_account(flat="771")
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    for person, opened in ((anna, True), (boris, False)):
        for url in ("/accounts/", f"/accounts/{account.public_id}/", "/readings/"):
            page = signed(person).get(url).content.decode()
            assert ("771" in page) == opened
            if url != "/readings/":
                assert ("Иванова Анна Петровна" in page) == opened


def test_delivery_has_the_exact_choices_and_email_leads_to_its_confirmation() -> None:
    boris = make_person()
    account = make_account()
    make_link(person=boris, account=account)
    client = signed(boris)
    page = client.get(reverse("account", args=[account.public_id])).content.decode()
    for label in (
        "Способ получения счета",
        "Получать счета на e-mail",
        "Получать бумажные счета и счета на e-mail",
        "Получать бумажные счета",
    ):
        assert label in page
    url = f"/accounts/{account.public_id}/delivery/"
    assert client.post(url, {"delivery": "email"}).headers["Location"].startswith("/profile/email/")
    account.refresh_from_db()
    assert account.delivery == "paper"
    galina = make_person(email="galina@example.org")
    make_link(person=galina, account=account)
    assert signed(galina).post(url, {"delivery": "both"}).status_code == 302
    account.refresh_from_db()
    assert (account.delivery, account.delivery_email) == ("both", "galina@example.org")
    assert client.post(url, {"delivery": "pigeon"}).status_code == 422


def test_groups_are_made_named_and_dropped() -> None:
    boris = make_person()
    client = signed(boris)
    make_link(person=boris, account=make_account())
    assert "Дача" in client.post("/groups/new/", {"name": "Дача"}, follow=True).content.decode()
    assert client.post("/groups/new/", {"name": "Дача"}).status_code == 422
    group = Group.objects.get(name="Дача")
    client.post(f"/groups/{group.public_id}/rename/", {"name": "Огород"})
    client.post(f"/groups/{group.public_id}/move/", {"to": "up"})
    assert "Огород" in client.get("/accounts/").content.decode()
    client.post(f"/groups/{group.public_id}/delete/")
    assert Group.objects.count() == 1


def test_account_is_named_moved_and_taken_out() -> None:
    boris = make_person()
    client = signed(boris)
    account = make_account()
    make_link(person=boris, account=account)
    group = make_group(person=boris)
    base = f"/accounts/{account.public_id}/"
    client.post(f"{base}alias/", {"alias": "<b>Мамина</b>", "group": group.public_id})
    page = client.get("/accounts/").content.decode()
    assert "&lt;b&gt;Мамина" in page
    assert Link.objects.get().group == group
    assert client.get(f"{base}remove/").status_code == 200
    client.post(f"{base}remove/")
    assert Link.objects.get().removed_at is not None
    assert client.get(base).status_code == 404


def test_page_of_many_accounts_costs_as_many_queries_as_of_one(django_assert_max_num_queries: object) -> None:
    boris = make_person()
    for _ in range(25):
        account, _serial = pair()
        make_link(person=boris, account=account)
    client = signed(boris)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get("/accounts/").status_code == 200

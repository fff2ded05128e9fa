from __future__ import annotations

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test import Client

from svet.accounts import events as account_events
from svet.accounts import operations as account_operations
from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.journal.operations import record_security
from svet.kernel.actors import Actor
from svet.kernel.personal import LeavingRefused
from svet.kernel.transactions import use_case
from svet.kernel.words import action_names
from svet.metering.models import TextAnswer
from svet.notices import jobs
from svet.notices import operations as notices
from svet.notices.models import Delivery, IncomingSms
from svet.notices.rules import DeliveryState
from svet.payments.models import BoundCard, OrderLine
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import make_card, make_order
from svet.people import operations as people
from svet.people.models import Person
from svet.people.operations.signing_in import SignInRefused
from svet.people.rules.passwords import PasswordRefused
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code
from svet.privacy import queries, wording
from svet.privacy.operations import delete_cabinet
from svet.support.models import Appeal
from svet.support.tests.factories import make_appeal

pytestmark = pytest.mark.django_db
PHONE = "+79117178512"
HERE = "192.0.2.1"
OLD_MAIL, MAIL = "old.anna.zzz@example.org", "new.anna.zzz@example.org"
NAMES = ("Аннавельда", "Зюзюкина", "Пантелеймоновна", "Валькирия")


@pytest.fixture
def anna() -> Person:
    person = make_person(phone=PHONE, first_name=NAMES[0], last_name=NAMES[1], email=OLD_MAIL)
    people.change_names(
        person_id=person.pk,
        first_name=NAMES[3],
        patronymic=NAMES[2],
        last_name=NAMES[1],
        now=NOW,
        address=HERE,
    )
    people.start_email_change(person_id=person.pk, email=MAIL, session_key="s", now=NOW, password=PASSWORD)
    people.confirm_email_change(person_id=person.pk, session_key="s", code=last_code(MAIL), now=NOW)
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def account(anna: Person) -> Account:
    """An account of Anna with everything that may carry her name: alias, group, e-mail, card."""
    account = make_account(holder_name="Другой Человек")
    link = make_link(person=anna, account=account, confirmed=True, alias=f"Дача {NAMES[0]}")
    make_group(person=anna, name=f"Родня {NAMES[1]}")
    by = Actor.person(anna.pk)
    account_operations.set_delivery(by=by, account_public_id=account.public_id, delivery="email", now=NOW)
    order = make_order(person=anna, lines=[(account, 1_000)], now=NOW)
    type(order).objects.filter(pk=order.pk).update(state=OrderState.CANCELED, receipt_email=MAIL)
    make_card(person=anna, name=f"Карта {NAMES[3]}")
    make_appeal(person=anna, now=NOW, words=f"Пишет {NAMES[1]}, {MAIL}")
    with use_case():
        notices.notify(
            recipient_id=anna.recipient_id,
            event=account_events.ACCOUNT_LINKED,
            params={"account": link.alias},
            now=NOW,
        )
    people.issue_token(person_id=anna.pk, name=f"Дом {NAMES[0]}", scopes=["readings:read"], now=NOW)
    people.start_recovery(phone=PHONE, session_key="r", address=HERE, now=NOW)
    with pytest.raises(SignInRefused):
        people.sign_in(phone=PHONE, password="Kx7#mVq2q", address=HERE, now=NOW)
    return account


def leave(person: Person) -> None:
    delete_cabinet(person_id=person.pk, password=PASSWORD, address=HERE, now=NOW)


def holding(*needles: str) -> list[str]:
    """The tables, columns and values in which any of the words stands, over the whole database."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('character varying', 'text', 'jsonb', 'json')"
        )
        columns = cursor.fetchall()
        for table, column in columns:
            for needle in needles:
                cursor.execute(
                    f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE %s LIMIT 1', [f"%{needle}%"]
                )
                if cursor.fetchone():
                    found.append(f"{table}.{column}: {needle}")
    return found


def test_nothing_personal_is_left_anywhere_when_the_last_word_has_gone(
    anna: Person, account: Account
) -> None:
    personal = (PHONE, PHONE[2:], OLD_MAIL, MAIL, *NAMES)
    assert len(holding(*personal)) > 10
    leave(anna)
    for delivery in Delivery.objects.filter(state=DeliveryState.WAITING):
        jobs._finish(delivery=delivery, state=DeliveryState.SENT, reference="r")
    # Buckets of limits forget by themselves within a day: here the day is over.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM limits_bucket")
    assert holding(*personal) == []


def test_what_the_law_keeps_stays_with_the_account(anna: Person, account: Account) -> None:
    leave(anna)
    account.refresh_from_db()
    assert (account.holder_name, account.delivery, account.delivery_email) == ("Другой Человек", "paper", "")
    assert OrderLine.objects.filter(account=account).exists()
    assert not Link.objects.filter(person=anna, removed_at__isnull=True).exists()
    assert not BoundCard.objects.exclude(reference="").exists()


def test_the_last_word_goes_to_the_phone_and_the_e_mail(anna: Person) -> None:
    leave(anna)
    assert events_to(PHONE) == events_to(MAIL) == ["farewell"]


def test_appeals_end_and_their_words_go(anna: Person, account: Account) -> None:
    leave(anna)
    appeal = Appeal.objects.get(person=anna)
    assert (appeal.state, [message.words for message in appeal.messages.all()]) == ("closed", ["—"])


def test_readings_that_were_texted_do_not_hold_the_cabinet(anna: Person) -> None:
    text = IncomingSms.objects.create(phone=PHONE, text="3600", received_at=NOW)
    TextAnswer.objects.create(incoming=text, person=anna, outcome="taken", answer="", at=NOW)
    delete_cabinet(person_id=anna.pk, password=PASSWORD, address=HERE, now=NOW)
    (kept,) = TextAnswer.objects.values_list("incoming__phone", "incoming__text")
    assert kept == ("", "")


def test_the_phone_may_register_anew_and_finds_nothing_of_before(anna: Person, account: Account) -> None:
    leave(anna)
    again = make_person(phone=PHONE, first_name="Новая")
    assert again.pk != anna.pk
    assert queries.everything(person_id=again.pk, now=NOW)["accounts"] == []


def test_a_wrong_password_deletes_nothing(anna: Person) -> None:
    with pytest.raises(PasswordRefused):
        delete_cabinet(person_id=anna.pk, password="wrong", address=HERE, now=NOW)
    assert Person.objects.get(pk=anna.pk).phone == PHONE


def test_a_payment_on_its_way_is_waited_for(anna: Person) -> None:
    account = make_account()
    make_link(person=anna, account=account)
    make_order(person=anna, lines=[(account, 1_000)], now=NOW)
    with pytest.raises(LeavingRefused):
        leave(anna)
    assert Person.objects.get(pk=anna.pk).is_active


def test_the_copy_holds_annas_own_and_nobody_elses(anna: Person, account: Account) -> None:
    boris = make_person(
        phone="+79117178513", first_name="Борисей", last_name="Чужаков", email="b@example.org"
    )
    make_link(person=boris, account=account)
    make_order(person=boris, lines=[(account, 777_777)], now=NOW)
    with use_case():
        record_security(by=Actor.person(boris.pk), action="boris.acted", now=NOW)
    text = json.dumps(
        queries.everything(person_id=anna.pk, now=NOW), ensure_ascii=False, cls=DjangoJSONEncoder
    )
    for own in (
        PHONE,
        MAIL,
        NAMES[3],
        account.number,
        "email.changed",
        f"Карта {NAMES[3]}",
        f"Пишет {NAMES[1]}",
    ):
        assert own in text
    for alien in ("Борисей", "Чужаков", "+79117178513", "b@example.org", "777777", "boris.acted", "Другой"):
        assert alien not in text
    assert "svet_" not in text  # no secrets of keys


def test_the_copy_is_read_in_words(anna: Person, account: Account) -> None:
    copy = queries.everything(person_id=anna.pk, now=NOW)
    filled = [(key, rows[0]) for key, _title, rows in queries.sections(copy) if rows]
    assert len(filled) >= 9
    assert [(key, name) for key, row in filled for name in row if name not in wording.LABELS] == []
    acts = {entry["action"] for entry in copy["acts"]}
    assert acts
    assert acts <= set(action_names())


def test_the_page_deletes_signs_out_and_tells(anna: Person) -> None:
    client = Client()
    client.post("/entrance/sign-in/", {"phone": PHONE, "password": PASSWORD})
    assert client.post("/profile/data/delete/", {"password": PASSWORD}).status_code == 422
    assert client.post("/profile/data/delete/", {"password": "x", "sure": "on"}).status_code == 422
    done = client.post("/profile/data/delete/", {"password": PASSWORD, "sure": "on"})
    assert done.headers["Location"] == "/entrance/"
    assert client.get("/profile/").status_code == 302
    refused = client.post("/entrance/sign-in/", {"phone": PHONE, "password": PASSWORD})
    assert refused.status_code == 422


def test_the_copy_is_given_after_the_password_ten_times_an_hour(anna: Person) -> None:
    client = Client()
    client.post("/entrance/sign-in/", {"phone": PHONE, "password": PASSWORD})
    assert client.get("/profile/data/copy.json").headers["Location"].startswith("/profile/confirm/")
    client.post("/profile/confirm/", {"password": PASSWORD})
    answer = client.get("/profile/data/copy.json")
    assert answer.json()["profile"]["phone"] == PHONE
    assert "attachment" in answer.headers["Content-Disposition"]
    assert NAMES[3] in client.get("/profile/data/copy/").content.decode()
    for _ in range(8):
        client.get("/profile/data/copy.json")
    assert client.get("/profile/data/copy.json").status_code == 302

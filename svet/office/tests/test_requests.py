from __future__ import annotations

from datetime import timedelta

import pytest

from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.office import operations as office
from svet.office.models import OfficeRequest
from svet.office.rules import OfficeRefused
from svet.people import operations as people
from svet.people import queries
from svet.people.models import Device, Person
from svet.people.queries import factors
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
HERE = "192.0.2.1"
NEW_PHONE = "+79117178599"


def ask_for_phone(person: Person) -> OfficeRequest:
    office.start_office_phone_change(
        person_id=person.pk,
        password=PASSWORD,
        phone=NEW_PHONE,
        comment="Потеряла телефон",
        session_key="flow",
        address=HERE,
        now=NOW,
    )
    asked = office.confirm_office_phone_change(
        person_id=person.pk, session_key="flow", code=last_code(NEW_PHONE), address=HERE, now=NOW
    )
    return OfficeRequest.objects.get(public_id=asked.public_id)


def test_the_office_moves_a_cabinet_to_a_phone_that_has_answered_and_tells_both() -> None:
    anna = make_person()
    olga = make_person(is_staff=True)
    people.remember_device(
        person_id=anna.pk, cookie="home", session_key="s-home", agent="x", address=HERE, now=NOW
    )
    asked = ask_for_phone(anna)
    assert events_to(anna.phone) == ["office_asked"]
    with use_case():
        office.carry_out_office_request(
            public_id=asked.public_id, by=Actor.staff(olga.pk), decision="Паспорт сверен", now=LATER
        )
    moved = Person.objects.get(pk=anna.pk)
    assert moved.phone == NEW_PHONE
    assert events_to(anna.phone)[-1] == "contact_changed"
    assert "contact_changed" in events_to(NEW_PHONE)
    assert not Device.objects.exclude(session_key="").filter(person=anna).exists()
    with pytest.raises(OfficeRefused), use_case():
        office.refuse_office_request(
            public_id=asked.public_id, by=Actor.staff(olga.pk), decision="поздно", now=LATER
        )


def test_a_second_request_waits_for_the_first_and_a_withdrawn_one_frees_the_place() -> None:
    anna = make_person()
    first = ask_for_phone(anna)
    with pytest.raises(OfficeRefused):
        ask_for_phone(anna)
    office.withdraw_office_request(person_id=anna.pk, public_id=first.public_id, address=HERE, now=LATER)
    with pytest.raises(OfficeRefused):
        office.withdraw_office_request(person_id=anna.pk, public_id=first.public_id, address=HERE, now=LATER)


def test_vera_cannot_withdraw_annas_request() -> None:
    anna, vera = make_person(), make_person()
    asked = ask_for_phone(anna)
    with pytest.raises(Refused):
        office.withdraw_office_request(person_id=vera.pk, public_id=asked.public_id, address=HERE, now=LATER)
    asked.refresh_from_db()
    assert asked.state == "open"


def test_the_office_takes_lost_factors_away() -> None:
    anna = make_person()
    secret = people.new_totp_secret()
    code = people.totp_code(secret=secret, now=NOW)
    people.turn_on_totp(person_id=anna.pk, secret=secret, code=code, address=HERE, now=NOW)
    asked = office.ask_office_to_remove_factors(person_id=anna.pk, comment="", address=HERE, now=NOW)
    with use_case():
        office.carry_out_office_request(
            public_id=asked.public_id, by=Actor.staff(anna.pk), decision="Паспорт сверен", now=LATER
        )
    assert not factors.second_factor(person_id=anna.pk).on


def test_a_phone_that_got_a_cabinet_meanwhile_is_not_taken_over() -> None:
    anna = make_person()
    asked = ask_for_phone(anna)
    boris = make_person(phone=NEW_PHONE)
    with pytest.raises(OfficeRefused), use_case():
        office.carry_out_office_request(
            public_id=asked.public_id, by=Actor.staff(boris.pk), decision="сверено", now=LATER
        )
    asked.refresh_from_db()
    assert (asked.state, Person.objects.get(pk=anna.pk).phone) == ("open", anna.phone)


def test_what_the_office_carries_out_ends_the_keys_too() -> None:
    anna = make_person()
    _, secret = people.issue_token(person_id=anna.pk, name="Умный дом", scopes=["bills:read"], now=NOW)
    asked = office.ask_office_to_remove_factors(person_id=anna.pk, comment="", address="", now=NOW)
    assert queries.person_by_token(secret) is not None
    with use_case():
        office.carry_out_office_request(
            public_id=asked.public_id, by=Actor.system("office"), decision="паспорт", now=NOW
        )
    assert queries.person_by_token(secret) is None

"""The desks of readings: odd sets, control readings, objections; a role without the right is told so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.billing.tests.factories import load_chelyabinsk
from svet.files.tests.pictures import SVG, photo
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.kernel.periods import Month
from svet.metering import operations, queries
from svet.metering.models import Dispute, Meter, ReadingSet
from svet.metering.rules import Answers, ReadingChannel, ReadingSubmission, Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


def cast() -> tuple[Person, Meter]:
    anna = make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    last = Month.of(timezone.localdate()).plus(-2).first
    meter = make_meter(account=account, initial=3489, installed_on=last - timedelta(days=40))
    make_reading(meter, 3589, read_on=last)
    return anna, meter


def odd(person: Person, meter: Meter, value: int, **more: Any) -> ReadingSet:
    receipt = operations.submit_readings(
        by=Actor.person(person.pk),
        meter_id=MeterId(meter.pk),
        now=timezone.now(),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(value)},
            read_on=timezone.localdate(),
            channel=ReadingChannel.WEB,
            key=uuid4(),
            answers=Answers(confirmed=True, insists=True),
            **more,
        ),
    )
    return ReadingSet.objects.get(public_id=receipt.set_public_id)


def operator() -> Client:
    return working(make_member(role=Role.OPERATOR))


def decide(client: Client, row: ReadingSet, act: str, **data: str) -> Any:
    return client.post(f"/staff/readings/{row.public_id}/decide/", {"act": act, **data})


def test_queue_shows_values_usual_photo_and_words_side_by_side() -> None:
    anna, meter = cast()
    by = Actor.person(anna.pk)
    picture = operations.keep_photo(raw=photo(), by=by, now=timezone.now())
    odd(anna, meter, 120, words="<i>новый прибор</i>", photo_public_id=picture)
    client = operator()
    page = client.get("/staff/readings/").content.decode()
    for text in (
        "3\u00a0589",
        "120",
        "Меньше предыдущих показаний",
        "&lt;i&gt;новый прибор",
        meter.account.number,
    ):
        assert text in page, text
    found = client.get(f"/staff/readings/photos/{picture}.jpg")
    assert found.content.startswith(b"\xff\xd8")
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert 'office__count--some">1' in page


def test_decisions_move_the_set_and_tell_the_customer() -> None:
    anna, meter = cast()
    client = operator()
    rejected = odd(anna, meter, 120)
    assert decide(client, rejected, "reject").status_code == 422
    assert decide(client, rejected, "reject", reason="На фото 3612").status_code == 302
    rejected.refresh_from_db()
    assert rejected.state == "rejected"
    assert "На фото 3612" in Notice.objects.get(event="reading_refused").text
    corrected = odd(anna, meter, 121)
    bad = decide(client, corrected, "correct", reason="x", **{"value-single": "36,12"})
    assert bad.status_code == 422
    assert "без запятой" in bad.content.decode()
    assert "отрицательным" in decide(client, corrected, "accept").content.decode()
    good = decide(client, corrected, "correct", reason="На фото 3612", **{"value-single": "3 612"})
    assert good.status_code == 302
    latest = queries.latest(account_ids=[meter.account_id])[meter.pk]
    assert latest.values[0].value == 3612
    assert Entry.objects.filter(action="readings.reviewed", actor_kind="staff").count() == 2
    # Somebody else was quicker.
    assert decide(client, corrected, "accept").status_code == 302
    assert "решил кто-то другой" in client.get("/staff/readings/").content.decode()


def test_ticked_sets_are_decided_together_and_one_failure_stops_no_other() -> None:
    client = operator()
    rows = []
    for value in (120, 90_000, 80_000):
        anna, meter = cast()
        rows.append(odd(anna, meter, value))
    data = {"act": "accept", "set": [row.public_id for row in rows]}
    page = client.post("/staff/readings/decide/", data, follow=True).content.decode()
    assert "Решено показаний: 2" in page
    assert rows[0].receipt_number in page
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["under_review", "accepted", "accepted"]
    refused = client.post(
        "/staff/readings/decide/", {"act": "reject", "set": [rows[0].public_id]}, follow=True
    )
    assert "Напишите причину" in refused.content.decode()


def test_control_reading_is_found_entered_with_its_act_and_told() -> None:
    anna, meter = cast()
    client = operator()
    for asked in (meter.serial, meter.account.number):
        found = client.post("/staff/controls/", {"q": asked}, follow=True).content.decode()
        assert meter.public_id in found
        assert meter.account.premises.street.split()[-1] in found
        assert "PremisesView" not in found
    assert "Ничего не нашлось" in client.post("/staff/controls/", {"q": "0000"}, follow=True).content.decode()
    place = f"/staff/controls/{meter.public_id}/"
    assert client.get(place).status_code == 200
    today = timezone.localdate()
    data: dict[str, Any] = {"value-single": "3700", "read_on": today.isoformat(), "act_number": "17"}
    for wrong, text in (
        ({"value-single": "-1"}, "только цифры"),
        ({"read_on": "вчера"}, "Укажите дату"),
        ({"read_on": (today + timedelta(days=1)).isoformat()}, "ещё не наступила"),
        ({"act_number": " "}, "номер акта"),
        ({"photo": SimpleUploadedFile("a.svg", SVG)}, "Это не фото"),
    ):
        answer = client.post(place, data | wrong)
        assert answer.status_code == 422, text
        assert text in answer.content.decode()
    assert ReadingSet.objects.filter(kind="control").count() == 0
    done = client.post(place, data | {"photo": SimpleUploadedFile("a.jpg", photo())})
    assert done.status_code == 302
    taken = ReadingSet.objects.get(kind="control")
    assert (taken.author_kind, taken.photos.count()) == ("staff", 1)
    assert Notice.objects.filter(recipient_id=anna.recipient_id, event="control_reading").count() == 1


def test_objection_is_weighed_and_answered() -> None:
    load_chelyabinsk()
    anna, meter = cast()
    odd(anna, meter, 3650)
    number = operations.take_control_reading(
        by=Actor.system("office"),
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(3700)},
        read_on=timezone.localdate(),
        now=timezone.now(),
    )
    taken = ReadingSet.objects.get(receipt_number=number)
    key = operations.open_dispute(
        by=Actor.person(anna.pk), set_public_id=taken.public_id, words="Не мой прибор", now=timezone.now()
    )
    client = operator()
    page = client.get("/staff/disputes/").content.decode()
    for text in ("Не мой прибор", "3\u00a0650", "3\u00a0700", "+50", "₽"):
        assert text in page, text
    place = f"/staff/disputes/{key}/"
    assert client.post(place, {"act": "decline", "words": ""}).status_code == 422
    assert client.post(place, {"act": "check", "words": "Придём завтра"}).status_code == 302
    data = {"act": "uphold", "words": "Верно", "value-single": "36,5", "read_on": taken.read_on.isoformat()}
    assert client.post(place, data).status_code == 422
    assert client.post(place, data | {"value-single": "3660"}).status_code == 302
    dispute = Dispute.objects.get()
    assert dispute.state == "upheld"
    assert dispute.settled_by is not None
    assert dispute.settled_by.values.get().value == 3660
    assert client.post(place, {"act": "decline", "words": "нет"}).status_code == 302
    assert Dispute.objects.get().state == "upheld"


@pytest.mark.parametrize("address", ["/staff/readings/", "/staff/controls/", "/staff/disputes/"])
def test_role_without_the_right_is_told_so(address: str) -> None:
    assert working(make_member(role=Role.SECURITY)).get(address).status_code == 403
    assert working(make_member(role=Role.BILLING)).get(address).status_code == 200


def test_the_last_dials_are_named_where_a_control_reading_is_entered_and_the_queue_is_counted_in_words() -> (
    None
):
    anna, meter = cast()
    twofold = make_meter(account=meter.account, scheme=Scheme.DAY_NIGHT, serial="12000777", initial=100)
    odd(anna, meter, 3000)
    desk = working(make_member(role=Role.OPERATOR))
    page = desk.get(f"/staff/controls/{twofold.public_id}/").content.decode()
    assert page.count("Последние показания") == 1
    assert "День: 100" in page
    assert "Ночь: 100" in page
    menu = desk.get("/staff/").content.decode()
    assert "1 ждёт решения" in menu
    assert "0 ждут решения" in menu

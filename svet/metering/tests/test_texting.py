"""Readings by SMS: Anna's phone is her sign-in; whoever is unknown hears nothing."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.accounts.models import Link
from svet.accounts.tests.factories import NOW, make_account, make_link
from svet.gateways.sms.port import Incoming
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.limits.models import Bucket
from svet.limits.rules import LIMITS, LimitName
from svet.metering import operations, texts
from svet.metering.models import Meter, ReadingSet, TextAnswer
from svet.metering.operations import ConfirmationNeeded, SetRefused
from svet.metering.operations.quick import submit_quick
from svet.metering.operations.texting import answer_text
from svet.metering.rules import ReadingChannel, ReadingSubmission, Scheme, Zone
from svet.metering.rules.texting import LONGEST_TEXT, Scale, read_text
from svet.metering.tests.factories import make_meter, make_reading
from svet.metering.texts import sms
from svet.notices.jobs import take_incoming
from svet.notices.models import Delivery, IncomingSms, Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.kills import MOST, enough, killed_at

LAST = date(2026, 10, 20)
ROWS = json.loads((Path(__file__).parent / "data" / "bad_readings.json").read_text("utf-8"))


def home(person: Person, *, alias: str = "", **meter: Any) -> Meter:
    account = make_account()
    make_link(person=person, account=account, confirmed=True)
    Link.objects.filter(account=account).update(alias=alias)
    found = make_meter(account=account, initial=3000, **meter)
    if found.scheme == Scheme.SINGLE:
        make_reading(found, 3450, read_on=date(2026, 9, 20))
        make_reading(found, 3589, read_on=LAST)
    return found


def text(phone: str, said: str, *, at: datetime = NOW) -> IncomingSms:
    take_incoming(Incoming(phone, said), now=at)
    row = IncomingSms.objects.filter(phone=phone).latest("pk")
    answer_text(incoming_id=row.pk)
    return row


def answers() -> list[str]:
    return list(Delivery.objects.filter(event="sms_answer").order_by("pk").values_list("body", flat=True))


def taken() -> list[dict[Zone, Decimal]]:
    sets = ReadingSet.objects.filter(channel=ReadingChannel.SMS).order_by("pk")
    return [{Zone(row.zone): row.value for row in each.values.all()} for each in sets]


@pytest.mark.parametrize(
    ("said", "yes", "address", "raw"),
    [
        ("4036", False, "", {None: "4036"}),
        (" 3 600 ", False, "", {None: "3 600"}),
        ("Д 1200 Н 300", False, "", {Zone.DAY: "1200", Zone.NIGHT: "300"}),
        ("день 1200 ночь 300", False, "", {Zone.DAY: "1200", Zone.NIGHT: "300"}),
        ("д1200 н300", False, "", {Zone.DAY: "1200", Zone.NIGHT: "300"}),
        ("День: 1 200, Ночь: 300", False, "", {Zone.DAY: "1 200", Zone.NIGHT: "300"}),
        ("дача 4036", False, "дача", {None: "4036"}),
        ("Т1 1200 Т2 300", False, "", {Scale.FIRST: "1200", Scale.SECOND: "300"}),
        ("1536 T1=1200, t2: 300", False, "1536", {Scale.FIRST: "1200", Scale.SECOND: "300"}),
        ("т1 = 1200 т2=300", False, "", {Scale.FIRST: "1200", Scale.SECOND: "300"}),
        ("№ 0356 4036", False, "0356", {None: "4036"}),
        ("Т4 1200", False, "", {None: "Т4|1200"}),
        ("моя дача д 1200 н 300", False, "моя дача", {Zone.DAY: "1200", Zone.NIGHT: "300"}),
        ("0356 4036", False, "0356", {None: "4036"}),
        ("ДА", True, "", {}),
        ("да 4036", True, "", {None: "4036"}),
        ("Да, дача 4036", True, "дача", {None: "4036"}),
        ("4036 300", False, "4036", {None: "300"}),
        ("36 00", False, "", {None: "36|00"}),
        ("3600 кВтч", False, "", {None: "3600|кВтч"}),
        ("3600\x00", False, "", {None: "3600\x00"}),
    ],
)
def test_a_text_is_taken_apart(
    said: str, yes: bool, address: str, raw: dict[Zone | Scale | None, str]
) -> None:
    read = read_text(said)
    assert (read.yes, read.address) == (yes, address)
    assert read.raw == raw


@given(st.text(max_size=LONGEST_TEXT * 3))
def test_no_text_breaks_the_reader(said: str) -> None:
    read = read_text(said)
    assert all(len(raw) <= LONGEST_TEXT + 1 for raw in read.raw.values())


@pytest.mark.django_db
@pytest.mark.parametrize("row", [r for r in ROWS if "raw" in r], ids=lambda r: r["shown"])
def test_bad_input_by_sms_has_the_outcome_it_has_everywhere(row: dict[str, Any]) -> None:
    anna = make_person()
    home(anna)
    text(anna.phone, row["raw"])
    (answer,) = answers()
    expected = {
        "required": "Введите показание",
        "chars": "Введите только цифры",
        "fraction": "целые киловатт-часы",
        "lower": "меньше предыдущего",
        "capacity": "цифр до запятой",
    }
    if row["expected"].startswith("ERR"):
        reason = row["expected"].split()[1].strip(",")
        assert expected[reason] in answer
        assert taken() == []
    elif "3600" in row["expected"]:
        assert answer.startswith("Показания переданы: ")
        assert taken() == [{Zone.SINGLE: Decimal(3600)}]
    else:
        assert "ответьте: ДА 3589" in answer
        assert taken() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", ["{tail} Т1 3060 Т2 3020", "{tail} T1=3060, T2=3020", "№{tail} д 3060 н 3020"]
)
def test_scales_are_called_as_the_face_of_the_meter_calls_them(said: str) -> None:
    anna = make_person()
    meter = home(anna, scheme=2)
    home(anna, scheme=2)
    text(anna.phone, said.format(tail=meter.account.number[-4:]))
    assert taken() == [{Zone.DAY: Decimal(3060), Zone.NIGHT: Decimal(3020)}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", ["Т1 3060", "здравствуйте, это я", "Т4 1 Т5 2", "день", "999999999999 1", ""]
)
def test_a_text_that_is_not_understood_is_answered_with_one_that_would_be(said: str) -> None:
    anna = make_person()
    meter = home(anna, scheme=2)
    home(anna)
    text(anna.phone, f"{meter.account.number[-4:]} {said}")
    (answer,) = answers()
    example = answer.rpartition("Напишите так: ")[2].rstrip(".")
    assert example == f"{meter.account.number[-4:]} Д 1200 Н 900"
    assert taken() == []


@pytest.mark.django_db
def test_exchanged_zones_are_said_with_the_other_order_by_sms_and_by_two_numbers() -> None:
    anna = make_person()
    meter = home(anna, scheme=2)
    values = {Zone.DAY: Decimal(9000), Zone.NIGHT: Decimal(4000)}
    make_reading(meter, values, read_on=LAST)
    text(anna.phone, "Д 4030 Н 9060")
    (answer,) = answers()
    assert "перепутаны местами" in answer
    assert "День 9\u00a0060, Ночь 4\u00a0030" in answer
    submit_quick(
        account_number=f"№ {meter.account.number}",
        meter_number=meter.serial,
        values={Zone.DAY: "4030", Zone.NIGHT: "9060"},
        address="127.0.0.1",
        now=NOW,
    )
    told = Notice.objects.get(event="reading_refused").text
    assert "перепутаны местами" in told
    assert "День 9\u00a0060, Ночь 4\u00a0030" in told


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["3589", "4900", "36400", "90000"])
def test_what_is_asked_by_sms_is_told_to_the_holders_of_a_reading_by_two_numbers(value: str) -> None:
    anna = make_person()
    meter = home(anna)
    text(anna.phone, value)
    (asked,) = answers()
    submit_quick(
        account_number=meter.account.number,
        meter_number=meter.serial,
        values={Zone.SINGLE: value},
        address="127.0.0.1",
        now=NOW,
    )
    told = Notice.objects.get(event="reading_refused").text
    assert asked.partition(" Если верно, ответьте")[0] in told
    assert "Не получилось" not in told


@pytest.mark.django_db
def test_a_reading_is_taken_with_its_receipt_and_told_once() -> None:
    anna = make_person()
    meter = home(anna)
    for _ in range(3):
        text(anna.phone, "3640")
    (kept,) = ReadingSet.objects.filter(channel=ReadingChannel.SMS)
    (answer,) = answers()
    assert kept.receipt_number in answer
    assert "3\u00a0640\u00a0кВт·ч" in answer
    assert (kept.meter_id, kept.author_person_id, kept.received_at) == (meter.pk, anna.pk, NOW)
    assert Entry.objects.filter(action="readings.texted").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("yes", ["ДА", "да 36400", "Да 36400"])
def test_the_guards_question_is_answered_by_yes(yes: str) -> None:
    anna = make_person()
    home(anna)
    text(anna.phone, "36400")
    assert answers()[0].endswith("Если верно, ответьте: ДА 36400")
    text(anna.phone, yes, at=NOW + timedelta(minutes=5))
    assert taken() == [{Zone.SINGLE: Decimal(36400)}]
    text(anna.phone, "ДА!", at=NOW + timedelta(minutes=6))
    assert "ни о чём не спрашивали" in answers()[-1]
    assert len(taken()) == 1


@pytest.mark.django_db
def test_a_question_of_yesterday_is_not_answered_by_a_bare_yes() -> None:
    anna = make_person()
    home(anna)
    text(anna.phone, "36400")
    text(anna.phone, "ДА", at=NOW + timedelta(hours=25))
    assert taken() == []


@pytest.mark.django_db
def test_several_accounts_are_told_apart_by_alias_or_last_digits() -> None:
    anna = make_person()
    flat, dacha = home(anna), home(anna, alias="Дача", scheme=Scheme.DAY_NIGHT)
    text(anna.phone, "3640")
    assert f"{flat.account.number[-4:]}, {dacha.account.number[-4:]} Дача" in answers()[-1]
    text(anna.phone, f"{flat.account.number[-4:]} 3640")
    assert f"Аб. № {flat.account.number}: показания переданы" in answers()[-1]
    text(anna.phone, "дача 3100")
    assert "Д 1200 Н 900" in answers()[-1]
    text(anna.phone, "дача Д 3100 Н 3050")
    text(anna.phone, "гараж 3100")
    assert "Не нашли такой счёт" in answers()[-1]
    assert taken() == [{Zone.SINGLE: Decimal(3640)}, {Zone.DAY: Decimal(3100), Zone.NIGHT: Decimal(3050)}]


@pytest.mark.django_db
def test_an_unknown_phone_and_one_that_sends_too_much_hear_nothing() -> None:
    anna = make_person()
    home(anna)
    text("+79990000001", "3640")
    text("Svet", "3640")
    assert answers() == []
    most = LIMITS[LimitName.TEXTS_PER_PHONE].amount
    for n in range(most + 3):
        text(anna.phone, f"x{n}")
    assert len(answers()) == most
    assert taken() == []


@pytest.mark.django_db
def test_whoever_may_only_look_cannot_send() -> None:
    anna, boris = make_person(), make_person()
    meter = home(anna)
    make_link(person=boris, account=meter.account)
    Link.objects.filter(person=boris).update(can_submit=False)
    text(boris.phone, "3640")
    assert taken() == []


@pytest.mark.django_db
def test_the_same_text_later_that_day_is_answered_again_and_changes_nothing() -> None:
    anna = make_person()
    home(anna)
    text(anna.phone, "3640")
    (receipt,) = ReadingSet.objects.filter(channel=ReadingChannel.SMS).values_list(
        "receipt_number", flat=True
    )
    text(anna.phone, "3640", at=NOW + timedelta(minutes=30))
    assert answers()[1] == f"Эти показания сегодня уже переданы. Номер квитанции о приёме: {receipt}."
    assert len(taken()) == 1
    text(anna.phone, "3650", at=NOW + timedelta(minutes=31))
    assert "3\N{NO-BREAK SPACE}650" in answers()[2]
    # The first digits again are a correction now, not a repetition.
    text(anna.phone, "3640", at=NOW + timedelta(minutes=45))
    assert "уже переданы" not in answers()[3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.chaos
def test_reading_a_text_killed_anywhere_takes_and_answers_once() -> None:
    anna = make_person()
    home(anna)
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        row = IncomingSms.objects.create(
            phone=anna.phone,
            text=f"{3600 + point}",
            received_at=NOW + timedelta(seconds=point),
        )

        def read(row: IncomingSms = row) -> None:
            answer_text(incoming_id=row.pk)

        killed = killed_at(point, read)
        kills += killed
        # What was told as taken is there.
        for told in TextAnswer.objects.filter(incoming=row):
            assert told.outcome == "taken"
            assert len(taken()) == point
        for _ in range(3):
            read()
        assert len(taken()) == len(answers()) == point
        if not killed:
            break
    assert enough(kills, every=16, short=10), kills


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["12", "36400", "3589"])
def test_the_sms_says_what_the_page_says(value: str) -> None:
    anna = make_person()
    meter = home(anna)
    text(anna.phone, value)
    with pytest.raises((ConfirmationNeeded, SetRefused)) as caught:
        operations.submit_readings(
            by=Actor.person(anna.pk),
            meter_id=MeterId(meter.pk),
            now=NOW,
            sent=ReadingSubmission(
                values={Zone.SINGLE: Decimal(value)},
                read_on=NOW.date(),
                channel=ReadingChannel.WEB,
                key=uuid4(),
            ),
        )
    assert isinstance(caught.value, ConfirmationNeeded | SetRefused)
    judgement = caught.value.judgement
    said = sms.question(judgement, said=value) if judgement.doubts else texts.explain_set(judgement)
    assert answers() == [said]

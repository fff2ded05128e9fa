"""One reading, one judgement: whatever way it comes, it is taken or refused alike, and for the same reason.

Pages, programs, desks and texts use one sentence for a reason. Two ways differ on purpose: the form without
sign-in tells nothing to whoever fills it in, but the reason to the account's holders; a register's field that
is no number at all is a fault of the file's column, before any meter is looked at.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.api.tests.test_v1 import Program
from svet.exchange.operations import take_file
from svet.gateways.sms.port import Incoming
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering import tests as metering_tests
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations.texting import answer_text
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices.jobs import take_incoming
from svet.notices.models import Delivery, IncomingSms, Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(metering_tests.__file__).parent / "data" / "bad_readings.json").read_text("utf-8")
)
TYPED = [row["raw"] for row in VECTORS if isinstance(row.get("raw"), str)]
ORDINARY = ["3700", " 3 700 ", "03700", "37000", "9" * 40]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a set stands as taken afterwards, and what was said."""

    taken: bool
    words: str


@dataclass(frozen=True, slots=True)
class Home:
    """Anna's account with a dial of five digits that showed 3589 two months ago."""

    anna: Person
    meter: Meter

    @classmethod
    def made(cls) -> Home:
        anna, account = make_person(), make_account()
        make_link(person=anna, account=account, confirmed=True)
        last = Month.of(timezone.localdate()).plus(-2).first
        meter = make_meter(account=account, initial=3489, installed_on=last - timedelta(days=40), digits=5)
        make_reading(meter, 3589, read_on=last)
        return cls(anna, meter)

    def answer(self, words: str) -> Answer:
        today = ReadingSet.objects.filter(meter=self.meter, read_on=timezone.localdate())
        return Answer(today.filter(state__in=("accepted", "used")).exists(), html.unescape(words))


def by_form(home: Home, raw: str) -> Answer:
    client = Client()
    client.force_login(home.anna)
    data = {"value-single": raw, "key": str(uuid4()), "act": "new"}
    sent = client.post(f"/readings/{home.meter.public_id}/", data, follow=True)
    return home.answer(sent.content.decode())


def by_program(home: Home, raw: str) -> Answer:
    url = f"/meters/{home.meter.public_id}/readings"
    sent = Program(home.anna).post(url, {"values": {"single": raw}}, key=str(uuid4()))
    return home.answer(json.dumps(sent.json(), ensure_ascii=False))


def by_sms(home: Home, raw: str) -> Answer:
    take_incoming(Incoming(home.anna.phone, raw), now=timezone.now())
    answer_text(incoming_id=IncomingSms.objects.latest("pk").pk)
    said = Delivery.objects.filter(event="sms_answer").order_by("-pk").values_list("body", flat=True).first()
    return home.answer(said or "")


def without_sign_in(home: Home, raw: str) -> Answer:
    data = {
        "account_number": home.meter.account.number,
        "meter_number": home.meter.serial,
        "single": raw,
    }
    page = Client().post("/quick/", data, follow=True).content.decode()
    told = Notice.objects.filter(event="reading_refused").order_by("-pk").values_list("text", flat=True)
    return home.answer(f"{page} {told.first() or ''}")


def by_register(home: Home, raw: str) -> Answer:
    line = f"r;{home.meter.account.number};{home.meter.serial};{timezone.localdate()};{raw};;;"
    report = take_file(
        profile="readings",
        name="readings.csv",
        content=f"id;account;meter_serial;date;value_1;value_2;value_3;source\n{line}\n".encode(),
        by=Actor.system("test"),
        now=timezone.now(),
    )
    return home.answer(" ".join(fault.text for fault in report.faults))


def at_the_desk(home: Home, raw: str) -> Answer:
    """What the company read off the dial itself, typed by its clerk."""
    clerk = working(make_member(role=Role.OPERATOR))
    data = {"value-single": raw, "read_on": str(timezone.localdate()), "act_number": "7", "key": str(uuid4())}
    page = clerk.post(f"/staff/controls/{home.meter.public_id}/", data, follow=True)
    return home.answer(page.content.decode())


Way = Callable[[Home, str], Answer]
#: Ways by which a customer, or somebody for one, sends what was typed.
TYPING: list[Way] = [by_program, by_sms, without_sign_in]
#: Refused before there is a meter to judge for: no scale typed at all, and what PostgreSQL cannot hold.
OWN_WORDS: dict[tuple[Way, str], str] = {
    (without_sign_in, ""): "Введите показания хотя бы одной шкалы",
    (by_program, "3600\0"): '"code": "chars"',
    (without_sign_in, "3600\0"): "невидимые символы",
}
REASONS = {
    "ERR required": "Введите показание",
    "ERR fraction": "целые киловатт-часы",
    "ERR chars": "только цифры",
    "ERR capacity": "цифр до запятой",
    "ERR lower": "меньше предыдущего",
}


def reason_of(raw: str) -> str:
    """The sentence the list of hostile inputs expects; nothing where the value may be taken."""
    expected = next((row["expected"] for row in VECTORS if row.get("raw") == raw), "")
    return next((words for start, words in REASONS.items() if expected.startswith(start)), "")


@pytest.mark.parametrize("raw", [*TYPED, *ORDINARY], ids=lambda raw: repr(raw)[:20])
def test_what_is_typed_is_answered_alike(raw: str) -> None:
    page = by_form(Home.made(), raw)
    reason = reason_of(raw)
    assert reason in page.words
    for way in TYPING:
        answer = way(Home.made(), raw)
        assert (way.__name__, answer.taken) == (way.__name__, page.taken)
        said = OWN_WORDS.get((way, raw), reason)
        assert (way.__name__, said) == (way.__name__, said if said in answer.words else answer.words)


@pytest.mark.parametrize("raw", ["3700", "100000", "3600,5", "12"])
def test_a_register_is_judged_by_the_same_rules(raw: str) -> None:
    page, row = by_form(Home.made(), raw), by_register(Home.made(), raw)
    assert row.taken == page.taken
    if not page.taken:
        assert row.words
        assert row.words in page.words


@pytest.mark.parametrize(
    "raw", [raw for raw in TYPED if reason_of(raw) and "меньше" not in reason_of(raw)], ids=repr
)
def test_a_desk_refuses_what_no_dial_can_show(raw: str) -> None:
    answer = at_the_desk(Home.made(), raw)
    assert not answer.taken
    assert reason_of(raw) in answer.words

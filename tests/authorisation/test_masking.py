"""The two numbers on a bill open sums and readings, and never whose they are: every surface, byte by byte.

Vera holds Anna's account by its numbers alone. Whatever she may open, by page, API, PDF, table or letter, has
neither the holder's name nor the flat, nor anything of other people's: contacts, cards, words. Anna, who is
confirmed, sees the same surfaces whole, so that a test that looks in the wrong place would show.
"""

from __future__ import annotations

import re
import zipfile
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_link
from svet.bills import operations as bills
from svet.bills.models import Bill
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering.models import Meter
from svet.metering.rules import zones_of
from svet.notices.models import Delivery, Notice
from svet.payments.models import BoundCard
from svet.payments.tests.factories import StubBank
from svet.people.models import Person
from tests.authorisation.policy import ANNA, POLICY, V1, Row, Who
from tests.authorisation.test_matrix import knock
from tests.authorisation.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def standing(standing_database: None) -> World:
    bank = StubBank()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acquiring, "gateway", lambda: bank)
        found = build()
    vera = found.people[Who.VERA]
    Link.objects.filter(person=vera).delete()  # an account of her own, with a name and a flat like Anna's
    Person.objects.filter(pk=vera.pk).update(first_name="Вера", patronymic="", last_name="Зорина")
    make_link(person=vera, account=account_of(found), can_manage=False)
    BoundCard.objects.update(name="Зарплатная Анны")
    return found


@pytest.fixture
def world(standing: World, db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    return replace(standing, people=deepcopy(standing.people))


def account_of(world: World) -> Account:
    return Account.objects.get(public_id=world.ids["account_id"])


def secrets_of(world: World) -> dict[str, str]:
    """What a stranger must not read, as patterns: the spellings differ from surface to surface."""
    account, anna = account_of(world), world.people[Who.ANNA]
    surname, first, *_rest = account.holder_name.split()
    digits = r"[\s()\-]*".join(anna.phone.removeprefix("+7"))
    boris = world.people[Who.BORIS_MANAGE]
    return {
        "the holder's surname": surname,
        "the holder's first name": rf"\b{first} ",
        "the flat": rf"кв\.?\s*{account.premises.flat}\b",
        "Anna's phone": digits,
        "Anna's e-mail": re.escape(anna.email),
        "Boris's e-mail": re.escape(boris.email),
        "Anna's card": "Зарплатная Анны",
        "Anna's words": "Не согласна",
    }


def words_of(answer: Any) -> str:
    """All text of an answer, whatever it is packed in."""
    body = b"".join(answer) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if "pdf" in kind:
        reader = PdfReader(BytesIO(body))
        known = " ".join(str(value) for value in (reader.metadata or {}).values())
        return known + "".join(page.extract_text() for page in reader.pages)
    if "spreadsheet" in kind:
        with zipfile.ZipFile(BytesIO(body)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if "text/csv" in kind:
        return str(body.decode("utf-8-sig"))
    # What is escaped in JSON is read by programs all the same.
    text = str(body.decode("utf-8", "replace"))
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def surfaces() -> list[Row]:
    """Everything Anna may open that is no desk, and the exports that hide behind queries."""
    rows = [
        row
        for row in POLICY
        if row.method == "GET" and row.may >= ANNA and not row.route.startswith(("staff/", "sandbox/"))
    ]
    return [row for row in rows if "json" not in row.route or row.route.startswith(V1)]


def leaks(world: World, who: Who) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Per secret the surfaces that show it to this person; how many surfaces of each kind were opened."""
    found: dict[str, set[str]] = {}
    opened: dict[str, int] = {}
    hidden = secrets_of(world)
    for row in surfaces():
        answer = knock(world, row, who)
        if answer.status_code != 200:
            continue
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        opened[kind] = opened.get(kind, 0) + 1
        words = words_of(answer)
        for name, pattern in hidden.items():
            if re.search(pattern, words):
                found.setdefault(name, set()).add(row.route)
    return found, opened


def test_no_surface_tells_a_stranger_whose_account_it_is(world: World) -> None:
    found, opened = leaks(world, Who.VERA)
    assert found == {}
    assert {"text/html", "application/json", "application/pdf", "text/csv"} <= set(opened)
    assert any("spreadsheet" in kind for kind in opened)


def test_the_owner_sees_her_own_on_the_same_surfaces(world: World) -> None:
    found, _opened = leaks(world, Who.ANNA)
    named = found["the holder's surname"] & found["the flat"]
    assert {"bills/<bill_id>.pdf", "accounts/<account_id>/", f"{V1}accounts/<account_id>"} <= named
    assert "payment/cards/" in found["Anna's card"]
    assert "profile/" in found["Anna's phone"]


def test_what_is_sent_to_a_stranger_names_nobody(world: World) -> None:
    """Letters with the bill, SMS and notices of everything that happens to the account."""
    vera, account = world.people[Who.VERA], account_of(world)
    Link.objects.filter(person=vera).update(can_manage=True)
    vera.refresh_from_db()
    meter = Meter.objects.get(account=account)
    metering.take_control_reading(
        by=Actor.system("office"),
        meter_id=meter.pk,
        values=dict.fromkeys(zones_of(meter.scheme), Decimal(1400)),
        read_on=timezone.localdate(),
        now=timezone.now(),
    )
    bill = Bill.objects.get()
    masked = bills.pdf_of(bill.pk, masked=True, now=timezone.now())
    told = [
        *Notice.objects.filter(recipient_id=vera.recipient_id).values_list("title", "text"),
        *Delivery.objects.filter(recipient_id=vera.recipient_id).values_list("subject", "body"),
    ]
    assert told
    words = " ".join(" ".join(pair) for pair in told) + words_of(_Pdf(masked))
    shown = {name for name, pattern in secrets_of(world).items() if re.search(pattern, words)}
    assert shown == set()


class _Pdf:
    """A bill as an answer would carry it."""

    streaming = False
    headers = {"Content-Type": "application/pdf"}

    def __init__(self, content: bytes) -> None:
        self.content = content


def test_a_stranger_without_the_numbers_opens_nothing_of_it(world: World) -> None:
    Link.objects.filter(person=world.people[Who.VERA], account=account_of(world)).delete()
    assert Client().get(f"/accounts/{world.ids['account_id']}/").status_code == 302
    assert world.browser(Who.VERA).get(f"/accounts/{world.ids['account_id']}/").status_code == 404

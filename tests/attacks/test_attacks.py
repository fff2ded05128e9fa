"""What an attacker reaches at most: guessing, stuffing, locking out, bombing, pumping, a stolen SIM card."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connections

from svet.kernel.refusals import Refused
from svet.limits.models import Bucket
from svet.limits.operations import LimitReached, WorkNeeded
from svet.limits.rules import LIMITS, LimitName
from svet.notices.models import Delivery
from svet.people import operations as people
from svet.people import queries
from svet.people.models import Code, Device, Person
from svet.people.operations import passwords
from svet.people.operations.signing_in import SignInRefused
from svet.people.queries import PersonView
from svet.people.tests.factories import NOW, PASSWORD, make_person, publish_missing_agreements
from svet.people.tests.outbox import events_to, last_code, other_code
from tests.attacks.conftest import Report

pytestmark = [pytest.mark.attacks, pytest.mark.django_db]

ANNA = "+79117178512"
HOME = "annas-own-browser-0000"
SPELLINGS = ["+7 (911) 717-85-12", "89117178512", "8 911 717 85 12", "79117178512", "+7-911-717-85-12"]


@pytest.fixture(autouse=True)
def _agreements() -> None:
    publish_missing_agreements()


def register(phone: str, *, n: int = 0, work: str = "", minutes: float = 0) -> None:
    people.start_registration(
        phone=phone,
        password=PASSWORD,
        agreed=True,
        consented=True,
        session_key=f"bot-{n}",
        address=f"198.51.{n // 250 % 250}.{n % 250}",
        now=NOW + timedelta(minutes=minutes),
        work=work,
    )


def enter(password: str, *, n: int = 0, cookie: str = "", phone: str = ANNA) -> PersonView:
    return people.sign_in(
        phone=phone,
        password=password,
        address=f"198.51.{n // 250}.{n % 250}",
        now=NOW + timedelta(milliseconds=n),
        device_cookie=cookie,
    )


def recover(*, n: int = 0, minutes: float = 0, cookie: str = "") -> None:
    people.start_recovery(
        phone=SPELLINGS[n % len(SPELLINGS)],
        session_key=f"s-{cookie}-{n}",
        address=f"198.51.{n // 250}.{n % 250}",
        now=NOW + timedelta(minutes=minutes),
        device_cookie=cookie,
    )


def at_home(anna: Person) -> None:
    """Anna has signed in with her own browser before."""
    people.remember_device(
        person_id=anna.pk, cookie=HOME, session_key="home", agent="", address="192.0.2.1", now=NOW
    )


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_guesses_of_one_code(bound: Report) -> None:
    register(ANNA)
    code = last_code(ANNA)
    line = Barrier(50)

    def guess(number: int) -> bool:
        try:
            line.wait(20)
            people.confirm_registration(
                session_key="bot-0", code=other_code(code, number + 1), address="198.51.100.1", now=NOW
            )
        except Refused as refused:
            return "tries_left" in refused.details or refused.reason == "exhausted"
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(guess, range(50)))
    row = Code.objects.get(session_key="bot-0")
    bound("50 parallel guesses of a code: digests compared", 3 - row.tries_left, 3)
    assert not Person.objects.exists()


def test_stuffing_one_phone_from_many_addresses(bound: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    make_person(phone=ANNA)
    looked_at: list[str] = []

    def counted(raw: str, encoded: str) -> bool:
        looked_at.append(raw)
        return check_password(raw, encoded)

    monkeypatch.setattr(passwords, "check_password", counted)
    for n in range(300):
        with pytest.raises((LimitReached, SignInRefused)):
            enter(f"Wrong-{n}x", n=n)
    bound("300 passwords for one phone from 300 addresses in 5 min: looked at", len(looked_at), 10)


def test_stuffing_many_phones_from_one_network(bound: Report) -> None:
    name = LimitName.SIGN_IN_PER_NETWORK
    amount = LIMITS[name].amount
    hour = NOW + timedelta(hours=1)
    Bucket.objects.create(
        name=name.value, key="198.51.0.0", spent=amount - 5, started_at=NOW, resets_at=hour, free_at=NOW
    )
    free = 0
    for n in range(50):
        try:
            people.sign_in(phone=f"+7911000{n:04d}", password="Wrong-1x", address="198.51.0.0", now=NOW)
        except SignInRefused:
            free += 1
        except WorkNeeded:
            continue
    bound("one network, one password for each of many phones: without computing", amount - 5 + free, amount)


def test_vera_trying_to_lock_anna_out(bound: Report) -> None:
    anna = make_person(phone=ANNA)
    at_home(anna)
    for n in range(60):
        with pytest.raises((LimitReached, SignInRefused)):
            enter("Wrong-1x", n=n)
        with pytest.raises(Refused) if n >= 5 else _nothing():
            recover(n=n, minutes=20 * n)
    assert enter(PASSWORD, cookie=HOME) == queries.view_of(anna)
    recover(cookie=HOME, minutes=1_201)
    people.confirm_recovery(
        session_key=f"s-{HOME}-0",
        code=last_code(ANNA),
        address="192.0.2.1",
        now=NOW + timedelta(minutes=1_202),
    )
    bound("Vera fills every bucket of Anna's phone: Anna kept out at home", 0, 0)


def test_a_bomber_of_five_hundred_requests_to_one_phone(bound: Report) -> None:
    make_person(phone=ANNA)
    for n in range(500):
        with _refused():
            recover(n=n, minutes=n * 24 * 60 / 501)
    bound("500 requests for codes to one phone in a day, 5 spellings: SMS", len(events_to(ANNA)), 5)


def test_a_bomber_with_both_doors(bound: Report) -> None:
    make_person(phone=ANNA)
    for n in range(100):
        with _refused():
            recover(n=n, minutes=n * 14)
        with _refused():
            register(ANNA, n=n, minutes=n * 14 + 6)
    bound("the same by recovery and registration together: SMS", len(events_to(ANNA)), 5)


def test_pumping_ten_thousand_numbers_of_one_range(bound: Report) -> None:
    """From as many networks as numbers; of a range of 10,000 the first 120 show how the rest ends."""
    for n in range(120):
        with _refused():
            register(f"+7900555{n:04d}", n=n)
    bound("10,000 numbers of one range, each from its own network: free SMS", Delivery.objects.count(), 20)


def test_pumping_numbers_of_many_ranges_from_one_network(bound: Report) -> None:
    for n in range(120):
        with _refused():
            people.start_registration(
                phone=f"+7900{n:04d}555",
                password=PASSWORD,
                agreed=True,
                consented=True,
                session_key=f"bot-{n}",
                address="198.51.0.0",
                now=NOW,
            )
    bound("10,000 numbers of any range from one network: free SMS", Delivery.objects.count(), 20)


def test_the_day_ends_with_its_money(bound: Report, settings: object) -> None:
    settings.SMS_DAY_LIMIT = 30  # type: ignore[attr-defined]
    anna = make_person(phone=ANNA)
    at_home(anna)
    for n in range(60):
        with _refused():
            register(f"+79{n:02d}5550000", n=n)
    bound("strangers' SMS of a day whose money is for 30", Delivery.objects.count(), 30)
    recover(cookie=HOME)
    assert events_to(ANNA) == ["code"]


def test_somebody_with_annas_sim_card(bound: Report) -> None:
    anna = make_person(phone=ANNA, email="anna@example.com")
    at_home(anna)
    recover()
    people.confirm_recovery(session_key="s--0", code=last_code(ANNA), address="198.51.0.0", now=NOW)
    people.finish_recovery(session_key="s--0", new_password="Thief-9mVq2p", address="198.51.0.0", now=NOW)
    charged = int(not queries.recovered_recently(anna.pk, now=NOW + timedelta(hours=23, minutes=59)))
    assert "password_changed" in events_to("anna@example.com")
    assert not Device.objects.filter(person=anna).exclude(session_key="").exists()
    with pytest.raises(Refused):
        people.start_phone_change(
            person_id=anna.pk,
            password=PASSWORD,
            phone="+79000000666",
            session_key="thief",
            address="198.51.0.0",
            now=NOW,
        )
    bound("a stolen SIM: bound cards charged in the first 24 h", charged, 0)


class _nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


class _refused:
    """A try that may be refused."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        return kind is not None and issubclass(kind, Refused)

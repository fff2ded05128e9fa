from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReached
from svet.people import operations as people
from svet.people.models import Code, Person
from svet.people.queries import PersonView
from svet.people.rules.codes import CodePurpose, CodeReason, CodeRefused
from svet.people.tests.factories import NOW, PASSWORD, make_person, publish_missing_agreements
from svet.people.tests.outbox import events_to, last_code, other_code

PHONE = "+79117178512"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _agreements() -> None:
    """Have both texts published even after a committed test has emptied the tables."""
    publish_missing_agreements()


def start(*, phone: str = PHONE, session: str = "anna", now: datetime = NOW) -> None:
    people.start_registration(
        phone=phone,
        password=PASSWORD,
        agreed=True,
        consented=True,
        session_key=session,
        address="192.0.2.1",
        now=now,
    )


def confirm(code: str, *, session: str = "anna", now: datetime = NOW) -> PersonView:
    return people.confirm_registration(session_key=session, code=code, address="192.0.2.1", now=now)


def refusal(code: str, **terms: object) -> Refused:
    with pytest.raises(Refused) as refused:
        confirm(code, **terms)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.django_db
def test_a_code_is_kept_only_as_a_digest_and_opens_once() -> None:
    start()
    code = last_code(PHONE)
    assert code not in str(Code.objects.values().get())
    assert confirm(code).phone == PHONE
    assert refusal(code).reason is CodeReason.NO_CODE
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_the_third_wrong_try_closes_the_code_even_for_the_right_one() -> None:
    start()
    code = last_code(PHONE)
    left = [refusal(other_code(code, nth)).details.get("tries_left") for nth in (1, 2)]
    assert left == [2, 1]
    assert refusal(other_code(code, 3)).reason is CodeReason.EXHAUSTED
    assert refusal(code).reason is CodeReason.EXHAUSTED
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_the_same_wrong_code_is_not_counted_twice() -> None:
    start()
    code = last_code(PHONE)
    wrong, other = other_code(code), other_code(code, 2)
    answers = [refusal(given) for given in (wrong, wrong, other, wrong, other)]
    assert [each.details["tries_left"] for each in answers] == [2, 2, 1, 1, 1]
    reasons = [each.reason for each in answers]
    assert reasons == [CodeReason.WRONG, CodeReason.REPEATED, CodeReason.WRONG, *[CodeReason.REPEATED] * 2]
    assert confirm(code).phone == PHONE


@pytest.mark.django_db
def test_what_was_wrong_of_one_code_is_counted_for_the_next_one() -> None:
    start()
    wrong = other_code(last_code(PHONE))
    assert refusal(wrong).details["tries_left"] == 2
    again = {"purpose": CodePurpose.REGISTRATION, "session_key": "anna", "address": "192.0.2.1"}
    people.resend_code(**again, now=NOW + MINUTE)  # type: ignore[arg-type]
    if wrong != last_code(PHONE):
        assert refusal(wrong, now=NOW + MINUTE).reason is CodeReason.WRONG


@pytest.mark.django_db(transaction=True)
def test_a_double_press_with_a_wrong_code_costs_one_try() -> None:
    start()
    wrong = other_code(last_code(PHONE))
    at_once(8, lambda _: confirm(wrong))
    assert Code.objects.get().tries_left == 2


@pytest.mark.django_db
def test_a_code_is_late_after_five_minutes_and_not_before() -> None:
    start()
    code = last_code(PHONE)
    assert refusal(code, now=NOW + 5 * MINUTE).reason is CodeReason.EXPIRED
    assert confirm(code, now=NOW + 5 * MINUTE - timedelta(seconds=1)).phone == PHONE


@pytest.mark.django_db
def test_a_code_opens_nothing_in_another_browser() -> None:
    start()
    start(phone="+79117178599", session="vera")
    assert refusal(last_code(PHONE), session="vera").reason is CodeReason.WRONG
    assert refusal(last_code(PHONE), session="nobody").reason is CodeReason.NO_CODE


@pytest.mark.django_db
def test_a_registration_code_does_not_recover_a_password() -> None:
    make_person(phone="+79117178599")
    start()
    with pytest.raises(CodeRefused):
        people.confirm_recovery(session_key="anna", code=last_code(PHONE), address="", now=NOW)


@pytest.mark.django_db
def test_nothing_opens_a_code_for_a_phone_that_has_a_cabinet() -> None:
    make_person(phone=PHONE)
    start()
    assert Code.objects.get().data["winnable"] is False
    assert events_to(PHONE) == ["somebody_registers"]
    assert refusal("000000").reason is CodeReason.WRONG


@pytest.mark.django_db
def test_the_owner_is_warned_of_strange_registrations_once_a_day() -> None:
    make_person(phone=PHONE)
    for hours in (0, 2, 4):
        start(session=f"vera{hours}", now=NOW + timedelta(hours=hours))
    assert events_to(PHONE) == ["somebody_registers"]
    start(session="vera", now=NOW + timedelta(hours=25))
    assert events_to(PHONE) == ["somebody_registers"] * 2


@pytest.mark.django_db
def test_a_fresh_code_replaces_the_old_one_after_growing_pauses() -> None:
    start()
    first = last_code(PHONE)
    again = {"purpose": CodePurpose.REGISTRATION, "session_key": "anna", "address": "192.0.2.1"}
    with pytest.raises(LimitReached) as early:
        people.resend_code(**again, now=NOW + timedelta(seconds=59))  # type: ignore[arg-type]
    assert early.value.retry_after == 1
    row = people.resend_code(**again, now=NOW + MINUTE)  # type: ignore[arg-type]
    assert row.next_send_at == NOW + 3 * MINUTE
    second = last_code(PHONE)
    if first != second:
        assert refusal(first, now=NOW + MINUTE).reason is CodeReason.WRONG
    assert confirm(second, now=NOW + 2 * MINUTE).phone == PHONE


@pytest.mark.django_db
def test_a_phone_gets_three_codes_an_hour_and_five_a_day_whoever_asks() -> None:
    taken = 0
    for minute in range(0, 24 * 60, 10):
        try:
            start(session=f"s{minute}", now=NOW + minute * MINUTE)
        except LimitReached:
            continue
        taken += 1
    assert taken == 5
    assert len(events_to(PHONE)) == 5


@pytest.mark.django_db(transaction=True)
def test_of_twenty_right_answers_at_once_one_opens() -> None:
    start()
    code = last_code(PHONE)
    outcomes = at_once(20, lambda _: confirm(code))
    assert sum(isinstance(outcome, PersonView) for outcome in outcomes) == 1
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_guesses_at_once_only_three_are_looked_at() -> None:
    start()
    code = last_code(PHONE)
    outcomes = at_once(50, lambda number: confirm(other_code(code, number + 1)))
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, CodeRefused)]
    assert len(reasons) == 50
    assert reasons.count(CodeReason.WRONG) == 2
    assert Code.objects.get().tries_left == 0


@pytest.mark.django_db(transaction=True)
def test_two_browsers_confirming_one_phone_at_once_open_one_cabinet() -> None:
    codes = {}
    for number, session in enumerate(("one", "two")):
        start(session=session, now=NOW + number * MINUTE)
        codes[session] = last_code(PHONE)
    later = NOW + MINUTE
    outcomes = at_once(2, lambda n: confirm(codes[("one", "two")[n]], session=("one", "two")[n], now=later))
    assert sum(isinstance(outcome, PersonView) for outcome in outcomes) == 1
    assert Person.objects.count() == 1


def at_once(count: int, act: object) -> list[object]:
    """Run ``act`` in so many threads, each with a connection of its own, from one starting line."""
    line = Barrier(count)

    def run(number: int) -> object:
        connection.ensure_connection()
        line.wait(timeout=30)
        try:
            return act(number)  # type: ignore[operator]
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))

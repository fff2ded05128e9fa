from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import override_settings

from svet.kernel.actors import Actor
from svet.limits.operations import LimitReached
from svet.people import operations as people
from svet.people.models import Person
from svet.people.operations import totp
from svet.people.rules.codes import CodeRefused
from svet.people.tests.factories import NOW, make_person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LATER = NOW + timedelta(minutes=5)


def shown(now: object = NOW) -> str:
    return people.totp_code(secret=SECRET, now=now)  # type: ignore[arg-type]


def with_application(person: Person) -> None:
    people.enrol_totp(person_id=person.pk, secret=SECRET, code=shown(), by=Actor.person(person.pk), now=NOW)


def check(person: Person, code: str, *, now: object = LATER) -> None:
    by = Actor.person(person.pk)
    people.check_totp(person_id=person.pk, code=code, by=by, now=now)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_code_of_rfc_6238_fits() -> None:
    # Appendix B: the seed "12345678901234567890" at second 59 shows 94287082, of which we ask six digits.
    moment = NOW.replace(year=1970, month=1, day=1, hour=0, minute=0, second=59)
    assert people.totp_code(secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", now=moment) == "287082"


@pytest.mark.django_db
def test_a_code_opens_once_and_closes_every_earlier_one() -> None:
    anna = make_person()
    with_application(anna)
    with pytest.raises(CodeRefused):
        check(anna, shown(), now=NOW)  # the one it was enrolled with
    check(anna, shown(LATER))
    with pytest.raises(CodeRefused):
        check(anna, shown(LATER))
    with pytest.raises(CodeRefused):
        check(anna, shown(LATER - timedelta(seconds=30)))
    check(anna, shown(LATER + timedelta(seconds=30)))


@pytest.mark.django_db
def test_a_clock_may_be_wrong_by_half_a_minute_and_no_more() -> None:
    anna = make_person()
    with_application(anna)
    with pytest.raises(CodeRefused):
        check(anna, shown(LATER - timedelta(seconds=60)))
    check(anna, shown(LATER - timedelta(seconds=30)))


@pytest.mark.django_db
def test_where_no_tolerance_is_set_a_code_lives_its_own_thirty_seconds() -> None:
    anna = make_person()
    with_application(anna)
    step = LATER.replace(second=0)
    with override_settings(TOTP_TOLERANCE=0):
        for early_or_late in (timedelta(seconds=-1), timedelta(seconds=30)):
            with pytest.raises(CodeRefused):
                check(anna, shown(step), now=step + early_or_late)
        check(anna, shown(step), now=step + timedelta(seconds=29))


@pytest.mark.django_db
def test_a_wrong_code_connects_nothing_and_another_application_is_not_put_over_the_first() -> None:
    anna = make_person()
    by = Actor.person(anna.pk)
    with pytest.raises(CodeRefused):
        people.enrol_totp(person_id=anna.pk, secret=SECRET, code="000000", by=by, now=NOW)
    assert not people.has_totp(person_id=anna.pk)
    with_application(anna)
    other = people.new_totp_secret()
    with pytest.raises(CodeRefused):
        people.enrol_totp(
            person_id=anna.pk, secret=other, code=people.totp_code(secret=other, now=NOW), by=by, now=NOW
        )
    check(anna, shown(LATER))


@pytest.mark.django_db
def test_the_seed_is_not_readable_in_the_database_and_survives_a_change_of_the_installations_key() -> None:
    anna = make_person()
    with override_settings(SECRET_KEY="old" * 20):
        with_application(anna)
    kept = Authenticator.objects.get(user=anna).data
    assert SECRET not in str(kept)
    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=["old" * 20]):
        check(anna, shown(LATER))


@pytest.mark.django_db(transaction=True)
def test_of_fifty_parallel_wrong_codes_five_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = make_person()
    with_application(anna)
    looked: list[str] = []
    real = totp._step_of

    def counted(secret: str, code: str, *, now: object) -> int | None:
        looked.append(code)
        return real(secret, code, now=now)  # type: ignore[arg-type]

    monkeypatch.setattr(totp, "_step_of", counted)
    wrong = [code for code in (f"{number:06d}" for number in range(60)) if code not in _near()][:50]

    def guess(code: str) -> str:
        try:
            check(anna, code)
        except (CodeRefused, LimitReached) as refused:
            return str(refused.reason)
        finally:
            connection.close()
        return "opened"

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, wrong))
    print(f"50 parallel wrong codes: {len(looked)} looked at, {answers.count('limit_reached')} turned away")  # noqa: T201
    assert (len(looked), answers.count("limit_reached"), answers.count("opened")) == (5, 45, 0)


@pytest.mark.django_db(transaction=True)
def test_one_right_code_in_ten_browsers_at_once_opens_one() -> None:
    anna = make_person()
    with_application(anna)
    kept = Authenticator.objects.get(user=anna)

    def use(number: int) -> bool:
        try:
            return totp._use(person_id=anna.pk, step=int(LATER.timestamp()) // 30, now=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        opened = list(pool.map(use, range(10)))
    assert (kept.user_id, opened.count(True)) == (anna.pk, 1)


def _near() -> set[str]:
    return {shown(LATER + timedelta(seconds=30 * step)) for step in (-1, 0, 1)}

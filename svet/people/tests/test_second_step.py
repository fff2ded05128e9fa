from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection

from svet.journal.models import Entry
from svet.kernel.transactions import use_case
from svet.limits.operations import LimitReached
from svet.people import operations as people
from svet.people.models import Device, Person
from svet.people.models.hashing import PasswordHasher
from svet.people.models.secrets import BOX
from svet.people.operations import sealing
from svet.people.operations.factors import RecoverySheet
from svet.people.operations.recovery_sheets import use_code
from svet.people.queries import factors
from svet.people.rules.codes import CodeRefused
from svet.people.rules.factors import FactorRefused, recovery_code_in
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
HERE = "192.0.2.1"
NEW_PHONE = "+79117178599"


def with_application(person: Person) -> tuple[str, RecoverySheet]:
    secret = people.new_totp_secret()
    sheet = people.turn_on_totp(
        person_id=person.pk,
        secret=secret,
        code=people.totp_code(secret=secret, now=NOW),
        address=HERE,
        now=NOW,
    )
    assert sheet is not None
    return secret, sheet


def step(person: Person, code: object) -> None:
    people.pass_second_step(person_id=person.pk, code=code, address=HERE, now=LATER)


def enter(person: Person, cookie: str) -> None:
    people.remember_device(
        person_id=person.pk, cookie=cookie, session_key=f"s-{cookie}", agent="x", address=HERE, now=NOW
    )


def asks(person: Person, cookie: str, *, after: timedelta = timedelta(0)) -> bool:
    return factors.asks_second_step(person_id=person.pk, device_cookie=cookie, now=LATER + after)


def test_the_first_factor_brings_ten_recovery_codes_and_a_word_by_every_channel() -> None:
    anna = make_person(email="anna@example.org")
    _, sheet = with_application(anna)
    assert len(set(sheet.codes)) == 10
    assert factors.second_factor(person_id=anna.pk).codes_left == 10
    assert events_to(anna.phone) == events_to("anna@example.org") == ["second_factor"]


def test_a_recovery_code_opens_once_however_it_is_typed_and_the_person_is_told() -> None:
    anna = make_person()
    _, sheet = with_application(anna)
    step(anna, sheet.codes[3].replace("-", " "))
    with pytest.raises(FactorRefused):
        step(anna, sheet.codes[3])
    assert factors.second_factor(person_id=anna.pk).codes_left == 9
    assert len(events_to(anna.phone)) == 2


def test_recovery_codes_are_kept_as_passwords_are() -> None:
    anna = make_person()
    _, sheet = with_application(anna)
    kept = Authenticator.objects.get(user=anna, type="recovery_codes").data["migrated_codes"]
    hashes = [BOX.open(each) for each in kept]
    told = [PasswordHasher().decode(each) for each in hashes]
    assert {each["variety"] for each in told} == {"argon2id"}
    assert {len(each["salt"]) >= 16 for each in told} == {True}
    plain = [code.replace("-", "") for code in sheet.codes]
    assert not any(code in each for code in plain for each in (*kept, *hashes))
    assert [
        hasher for code, hasher in zip(plain, hashes, strict=True) if PasswordHasher().verify(code, hasher)
    ] == hashes
    # The library, which the version before asks, counts them and takes what is kept for no code.
    assert (
        len(RecoveryCodes(Authenticator.objects.get(user=anna, type="recovery_codes")).get_unused_codes())
        == 10
    )
    assert not any(recovery_code_in(each) for each in hashes)


def test_a_recovery_code_costs_one_hash_and_none_when_the_tries_are_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna = make_person()
    with_application(anna)
    computed: list[str] = []
    real = PasswordHasher.encode

    def counted(self: PasswordHasher, password: str, salt: str) -> str:
        computed.append(password)
        return str(real(self, password, salt))

    monkeypatch.setattr(PasswordHasher, "encode", counted)
    for number in range(5):
        with pytest.raises(FactorRefused):
            step(anna, f"{number:010d}")
    with pytest.raises(LimitReached):
        step(anna, "5555555555")
    assert computed == [f"{number:010d}" for number in range(5)]


def test_a_sheet_of_before_opens_still_and_what_is_left_of_it_is_hashed() -> None:
    anna = make_person()
    with_application(anna)
    Authenticator.objects.filter(user=anna, type="recovery_codes").delete()
    old = RecoveryCodes.activate(anna)
    one, two, *_ = old.get_unused_codes()
    step(anna, one)
    kept = Authenticator.objects.get(user=anna, type="recovery_codes")
    assert set(kept.data) == {"migrated_codes"}
    for code in (one, f"{int(two) + 1:010d}"):
        with pytest.raises(FactorRefused):
            step(anna, code)
    step(anna, two)
    assert factors.second_factor(person_id=anna.pk).codes_left == 8


def test_a_sheet_of_another_cost_opens_and_the_last_code_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = make_person()
    _, sheet = with_application(anna)
    monkeypatch.setattr(PasswordHasher, "memory_cost", PasswordHasher.memory_cost * 2)
    for code in sheet.codes:
        step(anna, code)
    assert factors.second_factor(person_id=anna.pk).codes_left == 0
    with pytest.raises(FactorRefused):
        step(anna, sheet.codes[0])


@pytest.mark.django_db(transaction=True)
def test_one_recovery_code_in_six_browsers_at_once_opens_one() -> None:
    anna = make_person()
    _, sheet = with_application(anna)

    def use(number: int) -> bool:
        try:
            with use_case():
                return use_code(person_id=anna.pk, code=sheet.codes[number // 6].replace("-", ""))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(use, range(12)))
    assert (opened[:6].count(True), opened[6:].count(True)) == (1, 1)


def test_codes_of_both_kinds_share_five_tries() -> None:
    anna, vera = make_person(), make_person()
    secret, _ = with_application(anna)
    _, veras = with_application(vera)
    for code in (veras.codes[0], "12345-67890", "000000"):
        with pytest.raises((FactorRefused, CodeRefused)):
            step(anna, code)
    for code in ("1111111111", "2222222222"):
        with pytest.raises(FactorRefused):
            step(anna, code)
    with pytest.raises(LimitReached):
        step(anna, people.totp_code(secret=secret, now=LATER))


def test_the_same_wrong_answer_costs_one_of_the_five_tries() -> None:
    anna = make_person()
    secret, _ = with_application(anna)
    wrong = next(code for code in ("000000", "111111", "222222", "333333") if code not in _near(secret))
    for code in (wrong, "1111111111"):
        for _ in range(6):
            with pytest.raises((FactorRefused, CodeRefused)):
                step(anna, code)
    step(anna, people.totp_code(secret=secret, now=LATER))


def test_the_same_digits_are_another_guess_when_the_code_has_changed() -> None:
    anna = make_person()
    secret, _ = with_application(anna)
    wrong = next(code for code in ("000000", "111111", "222222", "333333") if code not in _near(secret))
    for turn in range(5):
        with pytest.raises(CodeRefused):
            people.pass_second_step(
                person_id=anna.pk, code=wrong, address=HERE, now=LATER + timedelta(seconds=30 * turn)
            )
    with pytest.raises(LimitReached):
        step(anna, people.totp_code(secret=secret, now=LATER))


def _near(secret: str) -> set[str]:
    """Every code that fits within the next minutes."""
    return {
        people.totp_code(secret=secret, now=LATER + timedelta(seconds=30 * turn)) for turn in range(-2, 8)
    }


def test_a_new_sheet_closes_the_old_one() -> None:
    anna = make_person()
    _, old = with_application(anna)
    new = people.make_recovery_codes(person_id=anna.pk, address=HERE, now=NOW)
    with pytest.raises(FactorRefused):
        step(anna, old.codes[0])
    step(anna, new.codes[0])


def test_turning_the_last_factor_off_takes_codes_and_trust_with_it() -> None:
    anna = make_person()
    with_application(anna)
    enter(anna, "home")
    people.trust_device(person_id=anna.pk, cookie="home", address=HERE, now=NOW)
    people.turn_off_totp(person_id=anna.pk, address=HERE, now=LATER)
    left = factors.second_factor(person_id=anna.pk)
    assert (left.on, left.codes_left) == (False, 0)
    assert not Device.objects.filter(person=anna, trusted_until__isnull=False).exists()


def test_a_trusted_browser_is_not_asked_for_thirty_days_and_others_are() -> None:
    anna = make_person()
    with_application(anna)
    enter(anna, "home")
    assert asks(anna, "home")
    people.trust_device(person_id=anna.pk, cookie="home", address=HERE, now=LATER)
    assert not asks(anna, "home", after=timedelta(days=29))
    assert asks(anna, "home", after=timedelta(days=30))
    assert asks(anna, "elsewhere")
    assert asks(anna, "")


def test_nobody_without_factors_is_asked() -> None:
    assert not asks(make_person(), "")


def test_trust_ends_with_the_device_the_password_and_by_hand() -> None:
    anna = make_person()
    with_application(anna)
    for cookie in ("one", "two", "three"):
        enter(anna, cookie)
        people.trust_device(person_id=anna.pk, cookie=cookie, address=HERE, now=NOW)
    ids = dict(Device.objects.values_list("session_key", "public_id"))
    people.end_session(person_id=anna.pk, device_public_id=ids["s-one"], address=HERE, now=NOW)
    people.distrust_device(person_id=anna.pk, device_public_id=ids["s-two"], address=HERE, now=NOW)
    assert [asks(anna, cookie) for cookie in ("one", "two", "three")] == [True, True, False]
    people.change_password(
        person_id=anna.pk, current=PASSWORD, new="Zz9#longer", session_key="s-one", address=HERE, now=NOW
    )
    assert asks(anna, "three")


def test_vera_cannot_distrust_annas_browser() -> None:
    anna, vera = make_person(), make_person()
    with_application(anna)
    enter(anna, "home")
    people.trust_device(person_id=anna.pk, cookie="home", address=HERE, now=NOW)
    hers = Device.objects.get(person=anna).public_id
    people.distrust_device(person_id=vera.pk, device_public_id=hers, address=HERE, now=NOW)
    assert not asks(anna, "home")


def test_the_journal_keeps_personal_values_readable_only_while_the_cabinet_has_its_key() -> None:
    anna = make_person()
    people.change_names(
        person_id=anna.pk, first_name="Аннушка", patronymic="", last_name="Иванова", now=NOW, address=HERE
    )
    entry = Entry.objects.get(action="names.changed")
    assert "Аннушка" not in str(entry.after)
    shown = sealing.opened(entry.after, person_id=anna.pk)
    assert shown is not None
    assert shown["first_name"] == "Аннушка"
    Person.objects.filter(pk=anna.pk).update(journal_key="")
    assert sealing.opened(entry.after, person_id=anna.pk) == {}

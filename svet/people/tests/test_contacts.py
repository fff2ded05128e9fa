from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from svet.kernel.refusals import NotFound, Refused
from svet.limits.models import Bucket
from svet.limits.operations import LimitReached
from svet.notices.models import Recipient
from svet.people import operations as people
from svet.people import queries
from svet.people.models import Person, Token
from svet.people.rules.codes import CodePurpose, CodeReason
from svet.people.rules.passwords import PasswordReason, PasswordRefused
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code, other_code

pytestmark = pytest.mark.django_db
OLD, NEW = "+79117178512", "+79117178599"


def begin(anna: Person, *, password: str = PASSWORD, phone: str = NEW) -> None:
    people.start_phone_change(
        person_id=anna.pk,
        password=password,
        phone=phone,
        session_key="anna",
        address="192.0.2.1",
        now=NOW,
    )


def finish(anna: Person, *, old: str, new: str) -> None:
    people.confirm_phone_change(
        person_id=anna.pk,
        session_key="anna",
        old_code=old,
        new_code=new,
        address="192.0.2.1",
        now=NOW,
    )


def test_a_phone_moves_with_the_password_and_both_codes_and_both_phones_are_told() -> None:
    anna = make_person(phone=OLD)
    begin(anna)
    finish(anna, old=last_code(OLD), new=last_code(NEW))
    assert Person.objects.get(pk=anna.pk).phone == NEW
    assert Recipient.objects.get(pk=anna.recipient_id).phone == NEW
    assert events_to(OLD) == ["code", "contact_changed"]
    assert events_to(NEW) == ["code", "contact_changed"]


def test_who_has_only_the_sim_card_cannot_move_the_cabinet() -> None:
    anna = make_person(phone=OLD)
    with pytest.raises(Refused) as refused:
        begin(anna, password="Kx7#mVq2q")
    assert refused.value.reason is PasswordReason.WRONG
    begin(anna)
    with pytest.raises(Refused) as wrong:
        finish(anna, old=other_code(last_code(OLD)), new=last_code(NEW))
    assert wrong.value.field == "old_code"
    assert Person.objects.get(pk=anna.pk).phone == OLD


def test_three_wrong_pairs_close_both_codes() -> None:
    anna = make_person(phone=OLD)
    begin(anna)
    old, new = last_code(OLD), last_code(NEW)
    for nth in (1, 2, 3):
        with pytest.raises(Refused):
            finish(anna, old=old, new=other_code(new, nth))
    with pytest.raises(Refused) as closed:
        finish(anna, old=old, new=new)
    assert closed.value.reason is CodeReason.EXHAUSTED


def test_the_same_wrong_pair_is_not_counted_twice() -> None:
    anna = make_person(phone=OLD)
    begin(anna)
    old, new = last_code(OLD), last_code(NEW)
    for _ in range(5):
        with pytest.raises(Refused):
            finish(anna, old=old, new=other_code(new))
    finish(anna, old=old, new=new)
    assert Person.objects.get(pk=anna.pk).phone == NEW


def test_the_same_wrong_mail_code_is_not_counted_twice() -> None:
    anna = make_person(phone=OLD)
    people.start_email_change(person_id=anna.pk, email="anna@example.org", session_key="s", now=NOW)
    code = last_code("anna@example.org")
    confirm = {"person_id": anna.pk, "session_key": "s", "now": NOW}
    for _ in range(5):
        with pytest.raises(Refused):
            people.confirm_email_change(**confirm, code=other_code(code))  # type: ignore[arg-type]
    people.confirm_email_change(**confirm, code=code)  # type: ignore[arg-type]
    assert Person.objects.get(pk=anna.pk).email == "anna@example.org"


def test_a_taken_phone_is_asked_for_alike_and_never_won() -> None:
    anna = make_person(phone=OLD)
    make_person(phone=NEW)
    begin(anna)
    assert events_to(NEW) == ["somebody_registers"]
    with pytest.raises(Refused) as refused:
        finish(anna, old=last_code(OLD), new="123456")
    assert refused.value.reason is CodeReason.WRONG


def test_an_address_counts_when_its_code_came_back_and_the_old_one_is_told() -> None:
    anna = make_person(email="old@example.org")
    people.start_email_change(
        person_id=anna.pk, email="new@Example.org", session_key="anna", now=NOW, password=PASSWORD
    )
    assert queries.email_of(anna.pk) == "old@example.org"
    people.confirm_email_change(
        person_id=anna.pk, session_key="anna", code=last_code("new@example.org"), now=NOW
    )
    assert queries.email_of(anna.pk) == "new@example.org"
    assert events_to("old@example.org") == ["contact_changed"]
    assert events_to("new@example.org") == ["email_code", "contact_changed"]


@pytest.mark.parametrize("password", ["", "Nobody-knows-12"])
def test_nobody_puts_another_address_without_the_password(password: str) -> None:
    anna = make_person(email="old@example.org")
    asked = {"person_id": anna.pk, "email": "new@example.org", "session_key": "anna", "now": NOW}
    with pytest.raises(PasswordRefused) as refused:
        people.start_email_change(**asked, password=password)  # type: ignore[arg-type]
    assert refused.value.field == "password"
    assert events_to("new@example.org") == []
    # An address that was never confirmed is nobody's yet, and the first one asks for none.
    Person.objects.filter(pk=anna.pk).update(email_confirmed_at=None)
    people.start_email_change(**asked)  # type: ignore[arg-type]
    assert events_to("new@example.org") == ["email_code"]


def ask_email(anna: Person, email: str, *, session: str, password: str = "") -> None:
    Bucket.objects.all().delete()  # the pause between two letters is not what is tried here
    people.start_email_change(person_id=anna.pk, email=email, session_key=session, now=NOW, password=password)


def confirm_email(anna: Person, email: str, *, session: str) -> None:
    people.confirm_email_change(person_id=anna.pk, session_key=session, code=last_code(email), now=NOW)


@pytest.mark.parametrize("again", [False, True])
def test_a_code_of_before_the_address_was_confirmed_replaces_it_no_more(again: bool) -> None:
    anna = make_person()
    ask_email(anna, "thief@example.org", session="thief")
    ask_email(anna, "anna@example.org", session="anna")
    confirm_email(anna, "anna@example.org", session="anna")
    if again:
        Bucket.objects.all().delete()
        people.resend_code(purpose=CodePurpose.EMAIL, session_key="thief", address="", now=NOW)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            confirm_email(anna, "thief@example.org", session="thief")
        assert refused.value.reason is CodeReason.NO_CODE
    assert queries.email_of(anna.pk) == "anna@example.org"
    assert "contact_changed" not in events_to("thief@example.org")


def test_the_password_was_for_the_address_that_stood_then() -> None:
    anna = make_person(email="old@example.org")
    ask_email(anna, "first@example.org", session="one", password=PASSWORD)
    ask_email(anna, "second@example.org", session="two", password=PASSWORD)
    confirm_email(anna, "second@example.org", session="two")
    with pytest.raises(Refused):
        confirm_email(anna, "first@example.org", session="one")
    assert queries.email_of(anna.pk) == "second@example.org"


def test_the_same_address_confirmed_in_two_browsers_is_confirmed() -> None:
    anna = make_person()
    ask_email(anna, "anna@example.org", session="one")
    first = last_code("anna@example.org")
    ask_email(anna, "anna@example.org", session="two")
    confirm_email(anna, "anna@example.org", session="two")
    people.confirm_email_change(person_id=anna.pk, session_key="one", code=first, now=NOW)
    assert queries.email_of(anna.pk) == "anna@example.org"
    assert events_to("anna@example.org").count("contact_changed") == 1


def test_the_code_of_a_phone_left_meanwhile_moves_nothing() -> None:
    anna, third = make_person(phone=OLD), "+79117178600"
    begin(anna)
    codes = {"old": last_code(OLD), "new": last_code(NEW)}
    Bucket.objects.all().delete()
    moved: Any = {"person_id": anna.pk, "session_key": "other", "address": "192.0.2.1", "now": NOW}
    people.start_phone_change(**moved, password=PASSWORD, phone=third)
    people.confirm_phone_change(**moved, old_code=last_code(OLD), new_code=last_code(third))
    with pytest.raises(Refused) as refused:
        finish(anna, **codes)
    assert refused.value.reason is CodeReason.NO_CODE
    assert Person.objects.get(pk=anna.pk).phone == third


def test_a_recovery_by_a_phone_left_meanwhile_sets_no_password() -> None:
    anna = make_person(phone=OLD)
    people.start_recovery(phone=OLD, session_key="thief", address="", now=NOW)
    stolen = last_code(OLD)
    Bucket.objects.all().delete()
    begin(anna)
    finish(anna, old=last_code(OLD), new=last_code(NEW))
    people.confirm_recovery(session_key="thief", code=stolen, address="", now=NOW)
    with pytest.raises(Refused) as refused:
        people.finish_recovery(session_key="thief", new_password="tR4vel-Kust", address="", now=NOW)
    assert refused.value.reason is CodeReason.NO_CODE


def test_vera_cannot_confirm_an_address_with_annas_code() -> None:
    anna, vera = make_person(), make_person()
    people.start_email_change(person_id=anna.pk, email="anna@example.org", session_key="anna", now=NOW)
    people.confirm_email_change(
        person_id=vera.pk, session_key="anna", code=last_code("anna@example.org"), now=NOW
    )
    assert queries.email_of(vera.pk) == ""
    assert queries.email_of(anna.pk) == ""


def test_five_wrong_current_passwords_make_one_wait() -> None:
    anna = make_person()
    terms = {"person_id": anna.pk, "new": "tR4vel-Kust", "session_key": "s", "address": ""}
    for _ in range(5):
        with pytest.raises(Refused) as wrong:
            people.change_password(**terms, current="Kx7#mVq2q", now=NOW)  # type: ignore[arg-type]
        assert wrong.value.reason is PasswordReason.WRONG
    with pytest.raises(LimitReached):
        people.change_password(**terms, current=PASSWORD, now=NOW)  # type: ignore[arg-type]
    later = NOW + timedelta(minutes=15)
    people.change_password(**terms, current=PASSWORD, now=later)  # type: ignore[arg-type]


def test_the_new_password_must_differ_from_the_current_one() -> None:
    anna = make_person()
    with pytest.raises(Refused) as same:
        people.change_password(
            person_id=anna.pk, current=PASSWORD, new=PASSWORD, session_key="s", address="", now=NOW
        )
    assert same.value.reason is PasswordReason.SAME


def test_a_key_works_until_it_is_revoked_and_only_its_owner_revokes_it() -> None:
    anna, vera = make_person(), make_person()
    token, secret = people.issue_token(
        person_id=anna.pk, name="Умный дом", scopes=["readings:write"], now=NOW
    )
    assert secret not in str(Token.objects.values().get())
    assert secret not in str(token)
    holder = queries.person_by_token(secret)
    assert holder is not None
    assert (holder.person, holder.scopes) == (queries.view_of(anna), frozenset({"readings:write"}))
    assert queries.person_by_token(secret[:-1] + "!") is None
    with pytest.raises(NotFound):
        people.revoke_token(person_id=vera.pk, token_public_id=token.public_id, now=NOW)
    people.revoke_token(person_id=anna.pk, token_public_id=token.public_id, now=NOW)
    assert queries.person_by_token(secret) is None


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("", ["bills:read"]), ("x", []), ("x", ["everything"]), ("y" * 61, ["bills:read"])],
)
def test_a_key_needs_a_name_and_known_rights(name: str, scopes: list[str]) -> None:
    anna = make_person()
    with pytest.raises(Refused):
        people.issue_token(person_id=anna.pk, name=name, scopes=scopes, now=NOW)

"""Keys for programs end: with the password, with their term, and never without a word to their holder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from svet.journal.models import Entry
from svet.kernel.refusals import Refused
from svet.notices.models import Notice, Subscription
from svet.people import operations as people
from svet.people import queries
from svet.people.jobs import forget_old
from svet.people.models import Person, Token
from svet.people.operations import passwords
from svet.people.queries import TokenView
from svet.people.rules.names import ProfileReason
from svet.people.rules.passwords import PasswordReason
from svet.people.rules.scopes import KEEP_EXPIRED, WARN_BEFORE, terms
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import events_to, last_code

pytestmark = pytest.mark.django_db
NEW = "Lm9$wTr4z"


def key(person: Person, *, days: int | None = None, name: str = "Умный дом") -> tuple[TokenView, str]:
    return people.issue_token(
        person_id=person.pk, name=name, scopes=["bills:read"], expires_in_days=days, now=NOW
    )


def recover(person: Person) -> None:
    people.start_recovery(phone=person.phone, session_key="r", address="192.0.2.1", now=NOW)
    people.confirm_recovery(session_key="r", code=last_code(person.phone), address="192.0.2.1", now=NOW)
    people.finish_recovery(session_key="r", new_password=NEW, address="192.0.2.1", now=NOW)


def change(person: Person, **how: Any) -> None:
    people.change_password(
        person_id=person.pk, current=PASSWORD, new=NEW, session_key="s", address="", now=NOW, **how
    )


def told(person: Person, event: str) -> list[Notice]:
    return list(Notice.objects.filter(recipient_id=person.recipient_id, event=event).order_by("pk"))


def test_a_recovery_since_the_check_of_the_current_password_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = make_person()
    hash_of = passwords.hashed

    def recovered_first(raw: str) -> str:
        monkeypatch.setattr(passwords, "hashed", hash_of)
        recover(anna)
        return hash_of(raw)

    monkeypatch.setattr(passwords, "hashed", recovered_first)
    with pytest.raises(Refused) as refusal:
        people.change_password(
            person_id=anna.pk, current=PASSWORD, new="Vor-parol-77", session_key="s", address="", now=NOW
        )
    assert refusal.value.reason is PasswordReason.WRONG
    anna.refresh_from_db()
    assert anna.check_password(NEW)


def test_a_recovery_ends_every_key_without_asking_and_says_so() -> None:
    anna, vera = make_person(), make_person()
    secrets = [key(anna)[1], key(anna, name="Счётчик")[1]]
    hers = key(vera)[1]
    recover(anna)
    assert [queries.person_by_token(secret) for secret in secrets] == [None, None]
    assert queries.person_by_token(hers) is not None
    assert "отозваны: 2" in told(anna, "password_changed")[0].text
    noted = Entry.objects.filter(action="token.revoked").values_list("reason", flat=True)
    assert list(noted) == ["password.recovered"] * 2


@pytest.mark.parametrize(("how", "lives"), [({}, False), ({"keep_tokens": True}, True)])
def test_a_change_of_password_ends_keys_unless_the_person_lets_them_live(
    how: dict[str, bool], lives: bool
) -> None:
    anna = make_person()
    secret = key(anna)[1]
    change(anna, **how)
    assert (queries.person_by_token(secret) is not None) is lives
    assert ("отозваны" in told(anna, "password_changed")[0].text) is not lives


def test_making_a_key_is_told_by_every_channel_with_the_way_to_revoke_it() -> None:
    anna = make_person(email="anna@example.org")
    token, secret = key(anna)
    assert events_to(anna.phone) == events_to("anna@example.org") == ["token_issued"]
    (notice,) = told(anna, "token_issued")
    assert notice.url == f"/profile/tokens/#key-{token.public_id}"
    assert "Умный дом" in notice.text
    assert secret not in notice.text


def test_the_term_is_chosen_and_a_year_is_usual() -> None:
    anna = make_person()
    assert key(anna)[0].expires_at == NOW + timedelta(days=365)
    assert key(anna, days=30)[0].expires_at == NOW + timedelta(days=30)
    for days in (0, -1, 366, 10**9):
        with pytest.raises(Refused) as refused:
            key(anna, days=days)
        assert refused.value.reason is ProfileReason.TERM


def test_an_installation_may_allow_only_shorter_terms() -> None:
    assert terms(most_days=365) == (30, 90, 365)
    assert terms(most_days=180) == (30, 90, 180)
    assert terms(most_days=7) == (7,)
    assert terms(most_days=1000) == (30, 90, 365)
    with override_settings(TOKEN_DAYS=60):
        assert key(make_person())[0].expires_at == NOW + timedelta(days=60)
        with pytest.raises(Refused):
            key(make_person(), days=90)


def test_an_expired_key_makes_room_and_is_forgotten_a_month_later() -> None:
    anna = make_person()
    token, secret = key(anna, days=30)
    Subscription.objects.create(
        recipient_id=anna.recipient_id,
        device_key=token.public_id,
        endpoint="https://push.example/1",
        p256dh="p",
        auth="a",
        server_key="k",
        created_at=NOW,
    )
    end = token.expires_at
    assert queries.live_tokens(person_id=anna.pk, now=end - timedelta(seconds=1)) == [token]
    assert queries.live_tokens(person_id=anna.pk, now=end) == []
    forget_old(now=end)
    assert not Subscription.objects.exists()
    holder = queries.person_by_token(secret)
    assert holder is not None
    assert holder.expires_at == end
    forget_old(now=end + KEEP_EXPIRED)
    assert not Token.objects.exists()


def test_twenty_expired_keys_do_not_stop_the_next() -> None:
    anna = make_person()
    for _ in range(20):
        key(anna)
    with pytest.raises(Refused) as refused:
        key(anna)
    assert refused.value.reason is ProfileReason.TOO_MANY
    Token.objects.update(expires_at=NOW)
    assert key(anna)


def test_the_holder_is_warned_once_a_week_before_the_end() -> None:
    anna = make_person()
    token, _ = key(anna, days=30)
    key(anna, days=14, name="на пробу")
    assert people.warn_of_expiry(now=token.expires_at - WARN_BEFORE - timedelta(seconds=1)) == 0
    assert [people.warn_of_expiry(now=token.expires_at - WARN_BEFORE) for _ in range(2)] == [1, 0]
    assert [notice.url for notice in told(anna, "token_expires")] == [
        f"/profile/tokens/#key-{token.public_id}"
    ]


@pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Asia/Vladivostok"])
def test_security_notices_carry_the_installations_own_time(zone: str) -> None:
    anna = make_person()
    hour = {"Europe/Kaliningrad": "11:00", "Asia/Vladivostok": "19:00"}[zone]
    with override_settings(TIME_ZONE=zone):
        change(anna)
        key(anna)
    for event in ("password_changed", "token_issued"):
        assert hour in told(anna, event)[0].text


def test_now_of_the_tests_is_nine_in_the_morning_utc() -> None:
    assert timezone.localtime(NOW, timezone=timezone.get_fixed_timezone(0)).hour == 9


def test_the_last_use_is_noted_by_a_commit_of_its_own() -> None:
    token = key(make_person())[0]
    inner = Token.objects.get(public_id=token.public_id).pk
    with transaction.atomic(), pytest.raises(RuntimeError):
        people.touch_token(token_id=inner, now=NOW)
    people.touch_token(token_id=inner, now=NOW)
    assert Token.objects.get().last_used_at == NOW

"""Whose failure it was, how long it lasted, and that no call is tried for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from svet.api.tests.test_v1 import Program
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.webhooks.caller import HookAnswer
from svet.kernel.actors import Actor
from svet.look.formats import moment
from svet.notices.models import Notice
from svet.people import operations as people
from svet.people.models import Token
from svet.people.tests.factories import PASSWORD
from svet.webhooks import jobs, operations, queries, texts
from svet.webhooks.models import Webhook, WebhookCall
from svet.webhooks.rules import OFF_AFTER, body_of, says_no_more
from svet.webhooks.tests.test_webhooks import NOW, URL, Home, Outside, deliver, home, outside

__all__ = ["home", "outside"]
pytestmark = pytest.mark.django_db
CROWDED = Temporary("webhooks: enough others are asking", code="crowded")


def test_whatever_a_call_dies_of_it_is_given_up_in_time(home: Home, outside: Outside) -> None:
    outside.answers = [UnicodeError("label too long")] * 3
    home.told()
    deliver()
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts, call.reason) == ("waiting", 1, "UnicodeError")
    WebhookCall.objects.update(give_up_at=timezone.now())
    deliver()
    call.refresh_from_db()
    assert (call.state, call.reason) == ("failed", "UnicodeError")
    assert len(outside.heard) == 1
    assert Webhook.objects.get().failing_since is None


def test_a_call_whose_workers_died_each_time_is_given_up_by_the_sweep(home: Home, outside: Outside) -> None:
    home.told()
    long_ago = timezone.now() - timedelta(days=50)
    WebhookCall.objects.update(attempts=300, due_at=long_ago, give_up_at=long_ago, created_at=long_ago)
    jobs.sweep(timestamp=0)
    deliver()
    assert (WebhookCall.objects.get().state, outside.heard) == ("failed", [])
    jobs.forget_old(timestamp=0)
    assert not WebhookCall.objects.exists()


def test_our_own_lack_of_places_is_no_try_and_no_failure(home: Home, outside: Outside) -> None:
    outside.answers = [CROWDED] * 7
    home.told()
    for _ in range(7):
        deliver()
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts, call.reason) == ("waiting", 0, "")
    assert call.due_at - timezone.now() < timedelta(minutes=1)
    assert Webhook.objects.get().failing_since is None
    deliver()
    call.refresh_from_db()
    assert (call.state, call.attempts) == ("sent", 1)


def test_one_failure_a_month_after_another_is_not_a_month_of_silence(home: Home, outside: Outside) -> None:
    outside.answers = [HookAnswer(503)] * 3
    home.told()
    WebhookCall.objects.update(give_up_at=NOW)
    deliver()
    assert WebhookCall.objects.get().state == "failed"
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=30))
    for _ in range(2):
        home.told()
    deliver()
    hook = Webhook.objects.get()
    assert hook.off_at is None
    assert hook.failing_since is not None
    assert timezone.now() - hook.failing_since < timedelta(minutes=1)


def test_a_new_call_beside_one_that_still_fails_does_not_begin_anew(home: Home, outside: Outside) -> None:
    outside.answers = [HookAnswer(503)]
    home.told()
    WebhookCall.objects.update(attempts=6, reason="HTTP 503", due_at=timezone.now() + timedelta(hours=5))
    since = timezone.now() - OFF_AFTER + timedelta(hours=1)
    Webhook.objects.update(failing_since=since)
    home.told()
    deliver(at=timezone.now())
    assert Webhook.objects.get().failing_since == since


def test_what_was_written_goes_out_again_only_while_all_of_it_is_seen() -> None:
    body = body_of("payment.credited", at=NOW, data={"payment_id": "p", "account_ids": ["a", "b"]})
    assert says_no_more(body, than={"payment_id": "p", "account_ids": ["c", "b", "a"]})
    assert not says_no_more(body, than={"payment_id": "p", "account_ids": ["b"]})
    assert not says_no_more(body, than={"payment_id": "p"})
    assert says_no_more(body_of("ping", at=NOW, data={}), than={})


def test_an_account_that_is_lost_between_two_tries_is_not_named(
    home: Home, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.answers = [HookAnswer(503)]
    seen = {"payment_id": "p", "account_ids": ["a", "b"]}
    monkeypatch.setattr(jobs, "ids_seen", lambda **_: seen)
    home.told()
    deliver()
    seen["account_ids"] = ["b"]
    deliver()
    assert (WebhookCall.objects.get().state, len(outside.heard)) == ("dropped", 1)


def said_of(call: queries.CallView) -> str:
    return texts.what_came_of(
        state=call.state,
        attempts=call.attempts,
        status=call.status,
        reason=call.reason,
        due_at=call.due_at,
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HookAnswer(503), "не принято, HTTP\u00a0503. Попробуем ещё раз"),
        (Temporary("webhook: ConnectError"), "не принято, соединиться с программой не удалось. Попробуем"),
        (Temporary("webhook: gaierror"), "не принято, такого имени в интернете нет. Попробуем"),
        (Temporary("webhook: ReadTimeout"), "не принято, программа не ответила вовремя. Попробуем"),
        (Temporary("webhooks: took too long", code="slow"), "программа не ответила вовремя. Попробуем"),
        (Temporary("webhook: RemoteProtocolError"), "программа ответила не по правилам HTTP. Попробуем"),
        (Temporary("webhook: ReadError"), "связь с программой прервалась. Попробуем"),
        (UnicodeError("label"), "не принято, у нас не получилось. Попробуем"),
        (Permanent("webhook: this address is not called"), "туда мы не отправляем"),
        (HookAnswer(204), "принято, HTTP\u00a0204"),
    ],
)
def test_after_the_first_try_the_page_says_why_and_when_again(
    answer: HookAnswer | Exception, words: str, home: Home, outside: Outside
) -> None:
    outside.answers = [answer]
    home.told()
    (call,) = queries.calls_of(person_id=home.anna.pk, public_id=home.hook, limit=1)
    assert said_of(call) == "ждёт"
    deliver()
    (call,) = queries.calls_of(person_id=home.anna.pk, public_id=home.hook, limit=1)
    assert words in said_of(call)
    assert (moment(call.due_at) in said_of(call)) is (call.state == "waiting")


def test_a_call_that_is_asked_for_once_more_waits_and_has_failed_at_nothing(
    home: Home, outside: Outside, client: Client
) -> None:
    outside.answers = [HookAnswer(410)]
    home.told()
    deliver()
    client.post("/entrance/sign-in/", {"phone": home.anna.phone, "password": PASSWORD})
    page = f"/profile/webhooks/{home.hook}/"
    assert "не принято, HTTP\u00a0410" in client.get(page).content.decode()
    operations.turn_on(by=home.by, public_id=home.hook, now=NOW)
    call = WebhookCall.objects.get()
    client.post(f"{page}calls/{call.public_id}/repeat/")
    assert ": ждёт</p>" in client.get(page).content.decode()


def told(home: Home) -> list[str]:
    rows = Notice.objects.filter(recipient_id=home.anna.recipient_id, event__startswith="webhook_")
    return list(rows.order_by("pk").values_list("event", flat=True))


def test_the_owner_is_told_of_each_address_and_of_each_new_secret(home: Home) -> None:
    program = Program(home.anna)
    made = program.post("/webhooks", {"url": URL + "/2", "events": ["bill.issued"]})
    program.post(f"/webhooks/{made.json()['id']}/rotate", {})
    assert told(home) == ["webhook_added", "webhook_added", "webhook_rotated"]
    assert "program.example.org" in Notice.objects.get(event="webhook_rotated").text


def test_an_address_ends_with_the_key_that_gave_it(home: Home, outside: Outside) -> None:
    program = Program(home.anna)
    program.post("/webhooks", {"url": URL + "/evil", "events": ["account.attached"]})
    key = Token.objects.get(person=home.anna)
    people.revoke_token(person_id=home.anna.pk, token_public_id=key.public_id, now=NOW)
    home.told()
    deliver()
    assert list(Webhook.objects.filter(off_at=None).values_list("url", flat=True)) == [URL]
    assert told(home)[-1] == "webhook_ended"
    assert len(outside.heard) == 1


def test_whoever_ends_everything_ends_what_listens(home: Home, outside: Outside) -> None:
    program = Program(home.anna)
    program.post("/webhooks", {"url": URL + "/evil", "events": ["account.attached"]})
    home.told()
    people.end_all_sessions(
        person_public_id=home.anna.public_id, by=Actor.staff(1), reason="lost phone", now=NOW
    )
    deliver()
    home.told()
    deliver()
    assert outside.heard == []
    assert not Webhook.objects.filter(off_at=None).exists()
    assert told(home).count("webhook_ended") == 2
    operations.turn_on(by=home.by, public_id=home.hook, now=NOW)
    home.told()
    deliver()
    assert len(outside.heard) == 1


def test_the_same_key_or_button_again_changes_no_secret_and_adds_no_address(
    home: Home, outside: Outside, client: Client
) -> None:
    program, body = Program(home.anna), {"url": URL, "events": ["bill.issued"]}
    for _ in range(2):
        again = program.post("/webhooks", body, key="a")
        assert (again.status_code, again.json()["code"], again.json()["field"]) == (422, "twice", "url")
    assert Webhook.objects.count() == 1
    path = f"/webhooks/{home.hook}/rotate"
    fresh = program.post(path, {}, key="b").json()["secret"]
    assert program.post(path, {}, key="b").json()["code"] == "rotated"
    client.post("/entrance/sign-in/", {"phone": home.anna.phone, "password": PASSWORD})
    assert client.post(f"/profile{path}/").status_code == 302
    assert "ещё сутки" in client.get(f"/profile/webhooks/{home.hook}/").content.decode()
    home.told()
    deliver()
    for secret in (home.secret, fresh):
        assert Verifier(secret).verify(outside.heard[0][1], outside.heard[0][0])
    Webhook.objects.update(former_until=timezone.now())
    assert program.post(path, {}, key="c").status_code == 200

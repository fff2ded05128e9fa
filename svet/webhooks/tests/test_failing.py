"""Whose failure it was, how long it lasted, and that no call is tried for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from svet.gateways.failures import Temporary
from svet.gateways.webhooks.caller import HookAnswer
from svet.webhooks import jobs
from svet.webhooks.models import Webhook, WebhookCall
from svet.webhooks.rules import OFF_AFTER, body_of, says_no_more
from svet.webhooks.tests.test_webhooks import NOW, Home, Outside, deliver, home, outside

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

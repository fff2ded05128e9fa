"""News for programs: owed with the fact, signed by the standard, judged when they leave, given up in time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from svet.accounts import events as account_events
from svet.accounts import operations as accounts
from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.api.tests.test_v1 import Program
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.webhooks.caller import HookAnswer
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound, Refused
from svet.metering.tests.factories import make_meter
from svet.notices import operations as notices
from svet.notices.models import Notice, Recipient
from svet.notices.rules import registry
from svet.people.models import Person
from svet.people.tests.factories import PASSWORD, make_person
from svet.privacy.operations import delete_cabinet
from svet.webhooks import jobs, operations, queries
from svet.webhooks.models import Webhook, WebhookCall
from svet.webhooks.operations.rekeying import rekey_webhooks
from svet.webhooks.rules import GIVE_UP, HOLD, KEPT, MOST_HOOKS, OF_NOTICE, OFF_AFTER, HookEvent, HookReason

pytestmark = pytest.mark.django_db
NOW = timezone.now()
URL = "https://program.example.org/svet"
EVENTS = [event.value for event in HookEvent]


@dataclass
class Outside:
    """The program at the other end: what it heard, and what it answers next."""

    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[HookAnswer | Exception] = field(default_factory=list)

    def takes(self, url: str) -> bool:
        return url.startswith("https://program.example.org/")

    def call(self, *, url: str, headers: Any, body: bytes) -> HookAnswer:
        self.heard.append((dict(headers), body))
        answer = self.answers.pop(0) if self.answers else HookAnswer(204)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    found = Outside()
    monkeypatch.setattr("svet.gateways.webhooks.gateway", lambda: found)
    return found


@dataclass
class Home:
    anna: Person
    account: Account
    hook: str
    secret: str
    by: Actor

    def told(self, public_id: str = "") -> None:
        """Anna is told of her account, whatever of."""
        with transaction.atomic():
            notices.notify(
                recipient_id=self.anna.recipient_id,
                event=account_events.ACCOUNT_LINKED,
                params={"account": self.account.number},
                place=Place("account", (public_id or self.account.public_id,)),
                now=NOW,
            )


@pytest.fixture
def home(outside: Outside) -> Home:
    anna, account = make_person(), make_account()
    make_link(person=anna, account=account, confirmed=True)
    by = Actor.person(anna.pk)
    hook, secret = operations.add_webhook(by=by, url=URL, events=EVENTS, now=NOW)
    return Home(anna, account, hook.public_id, secret, by)


def deliver(*, at: datetime | None = None) -> None:
    """Do what waits, as if it were due."""
    if at is None:
        WebhookCall.objects.filter(state="waiting").update(due_at=timezone.now())
    for key in WebhookCall.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True):
        jobs.deliver(call_id=key)


def test_a_reading_is_owed_with_its_fact_and_verified_by_the_reference_library(
    home: Home, outside: Outside
) -> None:
    meter = make_meter(account=home.account, initial=100)
    sent = Program(home.anna).post(f"/meters/{meter.public_id}/readings", {"values": {"single": "150"}})
    assert outside.heard == []
    deliver()
    (headers, body), call = outside.heard[0], WebhookCall.objects.get()
    said = Verifier(home.secret).verify(body, headers)
    assert said["type"] == "reading.accepted"
    assert said["data"] == {
        "reading_id": sent.json()["id"],
        "meter_id": meter.public_id,
        "account_id": home.account.public_id,
    }
    assert headers["webhook-id"] == f"msg_{call.public_id}"
    assert (call.state, call.status) == ("sent", 204)
    for wrong in (body.replace(b"accepted", b"refused"), body + b" "):
        with pytest.raises(WebhookVerificationError):
            Verifier(home.secret).verify(wrong, headers)
    assert home.anna.phone.encode() not in body
    assert home.account.number.encode() not in body


def test_what_is_rolled_back_is_owed_to_nobody(home: Home, outside: Outside) -> None:
    with transaction.atomic():
        home.told()
        transaction.set_rollback(True)
    deliver()
    assert outside.heard == []
    assert not WebhookCall.objects.exists()


def test_it_is_owed_though_every_channel_is_off_and_only_to_who_asks(home: Home, outside: Outside) -> None:
    vera = make_person()
    operations.add_webhook(by=Actor.person(vera.pk), url=URL, events=EVENTS, now=NOW)
    operations.add_webhook(by=home.by, url=URL + "/bills", events=["bill.issued"], now=NOW)
    Recipient.objects.filter(pk=home.anna.recipient_id).update(email_on=False, sms_on=False)
    home.told()
    deliver()
    assert [each["type"] for each in outside.bodies()] == ["account.attached"]


def test_the_same_id_and_body_come_again_until_it_is_taken(home: Home, outside: Outside) -> None:
    outside.answers = [Temporary("webhook: ConnectError"), HookAnswer(500), HookAnswer(200)]
    home.told()
    for _ in range(3):
        deliver()
    ids = {headers["webhook-id"] for headers, _ in outside.heard}
    assert (len(outside.heard), len(ids), len({body for _, body in outside.heard})) == (3, 1, 1)
    assert WebhookCall.objects.get().state == "sent"
    assert Webhook.objects.get().failing_since is None


def test_a_pause_that_the_program_asks_for_is_kept(home: Home, outside: Outside) -> None:
    outside.answers = [HookAnswer(429, retry_after=900), HookAnswer(503, retry_after=10**7)]
    home.told()
    for least, most in ((890, 910), (86_390, 86_410)):
        deliver()
        wait = (WebhookCall.objects.get().due_at - timezone.now()).total_seconds()
        assert least < wait < most
    deliver(at=NOW)
    assert len(outside.heard) == 2


def test_whoever_loses_the_account_hears_nothing_more_of_it(home: Home, outside: Outside) -> None:
    home.told()
    accounts.unlink(by=home.by, account_public_id=home.account.public_id, now=NOW)
    deliver()
    assert [each["type"] for each in outside.bodies()] == ["account.detached"]
    assert outside.bodies()[0]["data"] == {"account_id": home.account.public_id}
    dropped = WebhookCall.objects.get(event="account.attached")
    assert (dropped.state, dropped.body) == ("dropped", "")
    operations.repeat_call(by=home.by, call_public_id=dropped.public_id, now=NOW)
    deliver()
    assert len(outside.heard) == 1


def test_a_term_that_is_over_ends_it_before_any_job_has_run(home: Home, outside: Outside) -> None:
    home.told()
    Link.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    deliver()
    assert outside.heard == []
    Link.objects.update(ends_at=None)
    Person.objects.filter(pk=home.anna.pk).update(is_active=False)
    home.told()
    deliver()
    assert outside.heard == []


def test_another_ones_thing_in_the_news_is_not_told(home: Home, outside: Outside) -> None:
    home.told(make_account().public_id)
    deliver()
    assert outside.heard == []
    assert WebhookCall.objects.get().state == "dropped"


def test_after_days_of_silence_it_is_off_once_with_a_word_and_can_be_turned_on(
    home: Home, outside: Outside
) -> None:
    for _ in range(2):
        home.told()
    Webhook.objects.update(failing_since=timezone.now() - OFF_AFTER)
    WebhookCall.objects.update(attempts=7, reason="HTTP 500")
    outside.answers = [HookAnswer(500)]
    deliver()
    told = Notice.objects.filter(recipient_id=home.anna.recipient_id, event="webhook_off")
    assert told.count() == 1
    assert "program.example.org" in told.get().text
    assert sorted(WebhookCall.objects.values_list("state", flat=True)) == ["dropped", "waiting"]
    home.told()
    assert WebhookCall.objects.count() == 2
    with pytest.raises(Refused) as off:
        operations.ping(by=home.by, public_id=home.hook, now=NOW)
    assert off.value.reason is HookReason.OFF
    operations.turn_on(by=home.by, public_id=home.hook, now=NOW)
    dropped = WebhookCall.objects.get(state="dropped").public_id
    operations.repeat_call(by=home.by, call_public_id=dropped, now=NOW)
    deliver()
    assert set(WebhookCall.objects.values_list("state", flat=True)) == {"sent"}


def test_410_ends_it_at_once_and_a_forbidden_address_fails_without_a_second_try(
    home: Home, outside: Outside
) -> None:
    outside.answers = [Permanent("webhook: this address is not called", code="forbidden"), HookAnswer(410)]
    home.told()
    deliver()
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts) == ("failed", 1)
    home.told()
    deliver()
    assert Webhook.objects.get().off_at is not None


def test_one_gives_up_after_three_days_and_forgets_after_thirty(home: Home, outside: Outside) -> None:
    home.told()
    WebhookCall.objects.update(give_up_at=NOW)
    outside.answers = [HookAnswer(500)]
    deliver()
    assert WebhookCall.objects.get().state == "failed"
    home.told()
    WebhookCall.objects.update(created_at=NOW - KEPT - timedelta(minutes=1))
    jobs.forget_old(timestamp=0)
    assert WebhookCall.objects.get().state == "waiting"
    assert GIVE_UP < OFF_AFTER < KEPT


def test_two_workers_post_once_and_a_killed_one_is_found_out(home: Home, outside: Outside) -> None:
    home.told()
    key = WebhookCall.objects.get().pk
    WebhookCall.objects.update(due_at=timezone.now() + HOLD, attempts=1)
    jobs.deliver(call_id=key)
    assert outside.heard == []
    WebhookCall.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    jobs.sweep(timestamp=0)
    jobs.deliver(call_id=key)
    jobs.deliver(call_id=key)
    assert len(outside.heard) == 1


def test_after_a_change_both_secrets_sign_for_a_day(home: Home, outside: Outside) -> None:
    fresh = operations.rotate_secret(by=home.by, public_id=home.hook, now=NOW)
    operations.ping(by=home.by, public_id=home.hook, now=NOW)
    deliver()
    headers, body = outside.heard[0]
    for secret in (home.secret, fresh):
        assert Verifier(secret).verify(body, headers) == {**json.loads(body)}
    Webhook.objects.update(former_until=NOW)
    operations.ping(by=home.by, public_id=home.hook, now=NOW)
    deliver()
    headers, body = outside.heard[1]
    assert Verifier(fresh).verify(body, headers)["data"] == {}
    with pytest.raises(WebhookVerificationError):
        Verifier(home.secret).verify(body, headers)
    assert home.secret not in str(Webhook.objects.values().get())
    assert fresh not in str(list(Entry.objects.values()))


def test_secrets_move_under_the_new_key_and_the_old_one_may_go(home: Home, settings: Any) -> None:
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [former]
    assert rekey_webhooks(write=False) == (0, 1, 0)
    assert rekey_webhooks(write=True) == (0, 1, 0)
    settings.SECRET_KEY_FALLBACKS = []
    assert rekey_webhooks(write=True) == (1, 0, 0)
    settings.SECRET_KEY = former
    assert rekey_webhooks(write=True) == (0, 0, 1)
    operations.ping(by=home.by, public_id=home.hook, now=NOW)
    deliver()
    assert WebhookCall.objects.get().reason == "secret"


def test_addresses_are_judged_counted_and_anothers_are_not_there(home: Home) -> None:
    for url, events, reason in (
        ("https://127.0.0.1/", EVENTS, HookReason.URL),
        (URL, [], HookReason.EVENTS),
        (URL, ["ping"], HookReason.EVENTS),
    ):
        with pytest.raises(Refused) as refused:
            operations.add_webhook(by=home.by, url=url, events=events, now=NOW)
        assert refused.value.reason is reason
    for number in range(MOST_HOOKS - 1):
        operations.add_webhook(by=home.by, url=f"{URL}/{number}", events=EVENTS, now=NOW)
    with pytest.raises(Refused) as many:
        operations.add_webhook(by=home.by, url=URL + "/more", events=EVENTS, now=NOW)
    assert many.value.reason is HookReason.TOO_MANY
    vera = Actor.person(make_person().pk)
    operations.ping(by=home.by, public_id=home.hook, now=NOW)
    call = WebhookCall.objects.get().public_id
    for act in (operations.ping, operations.rotate_secret, operations.turn_on, operations.remove_webhook):
        with pytest.raises(NotFound):
            act(by=vera, public_id=home.hook, now=NOW)
    with pytest.raises(NotFound):
        operations.repeat_call(by=vera, call_public_id=call, now=NOW)
    with pytest.raises(Refused) as waits:
        operations.repeat_call(by=home.by, call_public_id=call, now=NOW)
    assert waits.value.reason is HookReason.WAITS


def test_nothing_is_posted_after_the_address_or_the_cabinet_is_gone(home: Home, outside: Outside) -> None:
    home.told()
    operations.remove_webhook(by=home.by, public_id=home.hook, now=NOW)
    deliver()
    assert not Recipient.objects.get(pk=home.anna.recipient_id).listened
    operations.add_webhook(by=home.by, url=URL, events=EVENTS, now=NOW)
    home.told()
    delete_cabinet(person_id=home.anna.pk, password=PASSWORD, address="", now=NOW)
    assert not Webhook.objects.exists()
    deliver()
    assert outside.heard == []


def test_a_key_is_told_of_nothing_that_it_may_not_read(home: Home) -> None:
    blind = Program(home.anna, {"cabinet:write", "bills:read"})
    for event in ("payment.credited", "reading.accepted", "account.attached", "meter.replaced"):
        body = {"url": URL + "/evil", "events": ["bill.issued", event]}
        refused = blind.post("/webhooks", body, key=event)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope")
    assert Webhook.objects.count() == 1
    assert blind.post("/webhooks", {"url": URL + "/b", "events": ["bill.issued"]}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_an_address_removed_while_a_fact_is_written_costs_the_call_and_not_the_fact(
    home: Home, outside: Outside
) -> None:
    def remove() -> None:
        operations.remove_webhook(by=home.by, public_id=home.hook, now=NOW)
        connection.close()

    with transaction.atomic():
        home.told()
        with ThreadPoolExecutor(1) as other:
            other.submit(remove).result(timeout=20)
    assert Notice.objects.filter(event="account_linked").count() == 1
    deliver()
    assert outside.heard == []
    assert not WebhookCall.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_address_added_while_the_last_one_is_removed_is_told(
    home: Home, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, go_on = Event(), Event()

    def wait(*args: Any, **how: Any) -> None:
        written.set()
        assert go_on.wait(20)

    def add() -> None:
        operations.add_webhook(by=home.by, url=URL + "/second", events=EVENTS, now=NOW)
        connection.close()

    def remove() -> None:
        operations.remove_webhook(by=home.by, public_id=home.hook, now=NOW)
        connection.close()

    monkeypatch.setattr("svet.webhooks.operations.managing._tell", wait)
    with ThreadPoolExecutor(2) as others:
        adding = others.submit(add)
        assert written.wait(20)
        removing = others.submit(remove)
        with pytest.raises(TimeoutError):
            removing.result(timeout=0.5)
        go_on.set()
        adding.result(timeout=20)
        removing.result(timeout=20)
    assert [hook.url for hook in queries.hooks_of(person_id=home.anna.pk)] == [URL + "/second"]
    home.told()
    deliver()
    assert len(outside.heard) == 1


def test_every_event_of_the_table_is_one_that_somebody_tells() -> None:
    assert {code for code in OF_NOTICE if registry.find(code) is None} == set()
    assert set(OF_NOTICE.values()) | {HookEvent.ACCOUNT_DETACHED} == set(HookEvent)


def test_the_page_of_an_address_shows_its_secret_once_and_what_was_sent(
    home: Home, outside: Outside, client: Any, settings: Any
) -> None:
    client.force_login(home.anna, backend="django.contrib.auth.backends.ModelBackend")
    typed = {"url": URL + "/bills", "events": ["bill.issued"]}
    for password in ({}, {"password": "Nobody-knows-12"}):
        without = client.post("/profile/webhooks/", typed | password)
        assert without.status_code == 422
        assert 'id="id_password_error"' in without.content.decode()
    made = client.post("/profile/webhooks/", typed | {"password": PASSWORD})
    page = made.content.decode()
    assert "whsec_" in page
    path = f"/profile/webhooks/{home.hook}/"
    assert client.post(path + "ping/").status_code == 302
    deliver()
    shown = client.get(path).content.decode()
    assert "Проверка" in shown
    assert "HTTP\u00a0204" in shown
    assert "whsec_" not in shown
    call = queries.calls_of(person_id=home.anna.pk, public_id=home.hook, limit=1)[0]
    assert client.post(f"{path}calls/{call.public_id}/repeat/").status_code == 302
    deliver()
    assert outside.heard[0][0]["webhook-id"] == outside.heard[1][0]["webhook-id"]
    refused = client.post("/profile/webhooks/", {"url": "http://127.0.0.1/x", "events": []})
    assert refused.status_code == 422
    assert "http://127.0.0.1/x" in refused.content.decode()
    wrong = {"url": "http://10.0.0.1/x", "events": ["bill.issued"], "password": PASSWORD}
    for language, why in (
        ("ru", "На такой адрес мы не отправляем"),
        ("en", "Nothing is sent to such an address"),
    ):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.post("/profile/webhooks/", wrong)
        assert answer.status_code == 422
        assert why in answer.content.decode()


def test_an_old_session_changes_no_secret_without_the_password_and_adds_nothing_by_the_api(
    home: Home, client: Any
) -> None:
    client.post("/entrance/sign-in/", {"phone": home.anna.phone, "password": PASSWORD})
    session = client.session
    session["opened_at"] -= 11 * 60
    session.save()
    asked = client.post(f"/profile/webhooks/{home.hook}/rotate/")
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/profile/confirm/")
    for path, body in (
        ("webhooks", {"url": URL + "/bills", "events": ["bill.issued"]}),
        (f"webhooks/{home.hook}/rotate", {}),
    ):
        answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code == 401, path
    assert len(queries.hooks_of(person_id=home.anna.pk)) == 1


def test_programs_do_the_same_by_the_api(home: Home, outside: Outside) -> None:
    program = Program(home.anna)
    made = program.post("/webhooks", {"url": URL + "/bills", "events": ["bill.issued"]}, key="a")
    assert made.status_code == 201
    hook, secret = made.json()["id"], made.json()["secret"]
    assert program.post(f"/webhooks/{hook}/ping", {}, key="p").status_code == 202
    assert program.post(f"/webhooks/{hook}/ping", {}, key="p").status_code == 202
    deliver()
    assert len(outside.heard) == 1
    assert Verifier(secret).verify(outside.heard[0][1], outside.heard[0][0])["type"] == "ping"
    (call,) = program.get(f"/webhooks/{hook}/calls").json()
    assert (call["state"], call["status"], call["attempts"]) == ("sent", 204, 1)
    assert program.post(f"/webhooks/{hook}/calls/{call['id']}/repeat", {}, key="r").status_code == 202
    assert {row["id"] for row in program.get("/webhooks").json()} == {home.hook, hook}
    assert all("secret" not in row for row in program.get("/webhooks").json())
    refused = program.post("/webhooks", {"url": "https://10.0.0.1/", "events": ["bill.issued"]}, key="b")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "url", "url")
    assert program.delete(f"/webhooks/{hook}").status_code == 204

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from svet.bills import events as bill_events
from svet.kernel.places import Place
from svet.notices import jobs, operations
from svet.notices.models import Delivery
from svet.notices.rules import DeliveryState
from svet.notices.tests.factories import make_recipient
from svet.people import events as people_events
from tests.jobs import run_jobs, waiting_jobs
from tests.world import World

pytestmark = pytest.mark.django_db

ANNA = "+79117178512"


def promise_code(phone: str = ANNA) -> Delivery:
    key = operations.send_sms(
        phone=phone, event=people_events.CODE, params={"code": "123456"}, now=timezone.now()
    )
    return Delivery.objects.get(id=key)


def promise_letter(address: str) -> Delivery:
    key = operations.send_email(
        address=address,
        event=bill_events.BILL_READY,
        params={"account": "0356067000", "period": "ноябрь 2026", "total": "300,00 ₽", "due": "15.12.2026"},
        place=Place("bill", ("0123456789abcdef",)),
        now=timezone.now(),
        attachment=operations.Attachment("schet.pdf", "application/pdf", b"%PDF-1.7 made up"),
    )
    return Delivery.objects.get(id=key)


def let_time_pass(delivery: Delivery) -> None:
    Delivery.objects.filter(id=delivery.id).update(due_at=timezone.now() - timedelta(minutes=1))


def test_a_code_reaches_the_phone_and_is_wiped_here(outer: World) -> None:
    delivery = promise_code()
    assert "123456" in delivery.body
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state in (DeliveryState.SENT, DeliveryState.DELIVERED)
    assert delivery.body == ""
    assert delivery.reference
    [message] = outer.phone(ANNA)
    assert "123456" in message["text"]
    assert message["from"] == "SVET"
    assert message["parts"] == 1


def test_a_receipt_of_the_sms_centre_makes_it_delivered(outer: World) -> None:
    delivery = promise_code()
    run_jobs()
    for _ in range(50):
        jobs.sweep(timestamp=0)
        delivery.refresh_from_db()
        if delivery.state == DeliveryState.DELIVERED:
            break
    assert delivery.state == DeliveryState.DELIVERED
    assert delivery.delivered_at is not None


def test_a_letter_arrives_with_its_file_and_our_message_id(outer: World) -> None:
    delivery = promise_letter("anna@example.com")
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert delivery.attachment is None
    [letter] = outer.mailbox("anna@example.com")
    assert letter["subject"] == "Счёт за ноябрь 2026 готов"
    assert "300,00" in letter["text"]
    assert "/bills/0123456789abcdef/" in letter["html"]
    assert letter["message_id"] == f"<{delivery.public_id}@portal.example>"
    assert [a["name"] for a in letter["attachments"]] == ["schet.pdf"]


def test_a_refused_number_ends_failed_with_the_centres_reason(outer: World) -> None:
    delivery = promise_code("+79110000666")
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "RINVDSTADR" in delivery.reason
    assert delivery.body == ""


def test_a_refused_mailbox_ends_failed_with_the_servers_reason(outer: World) -> None:
    delivery = promise_letter("nobody@example.com")
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "550" in delivery.reason


def test_a_busy_mailbox_is_tried_again_until_it_takes_the_letter(outer: World) -> None:
    delivery = promise_letter("busy@example.com")
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.WAITING
    assert "451" in delivery.reason
    assert delivery.due_at > timezone.now()
    assert waiting_jobs(task="notices.deliver") == 1
    for _ in range(2):
        let_time_pass(delivery)
        jobs.sweep(timestamp=0)
        run_jobs(later=True)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert delivery.attempts == 3
    assert len(outer.mailbox("busy@example.com")) == 1


def test_nothing_is_lost_while_the_world_is_down(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    delivery = promise_letter("anna@example.com")
    run_jobs(limit=3)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.WAITING
    assert delivery.reason


def test_a_code_past_its_time_is_given_up(settings: Settings) -> None:
    settings.SMS_URL = "smpp://svet:sandbox@127.0.0.1:9"
    delivery = promise_code()
    soon = timezone.now() + timedelta(seconds=3)
    Delivery.objects.filter(id=delivery.id).update(give_up_at=soon)
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "gave up" in delivery.reason
    assert delivery.body == ""


def test_a_lost_job_is_made_good_by_the_sweep(outer: World) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    delivery = promise_code()
    ProcrastinateJob.objects.all()._raw_delete("default")
    let_time_pass(delivery)
    jobs.sweep(timestamp=0)
    run_jobs()
    assert len(outer.phone(ANNA)) == 1


def test_a_job_run_twice_sends_once(outer: World) -> None:
    delivery = promise_code()
    jobs.deliver.defer(delivery_id=delivery.id)
    run_jobs()
    assert len(outer.phone(ANNA)) == 1


def test_a_long_text_arrives_whole(outer: World) -> None:
    recipient = make_recipient(phone=ANNA)
    operations.notify(
        recipient_id=recipient.id,
        event=bill_events.DUE_NEAR,
        params={"account": "0356067000" * 9, "total": "300,00 ₽", "due": "15.12.2026"},
        now=timezone.now(),
    )
    run_jobs()
    [message] = outer.phone(ANNA)
    assert message["parts"] == 2
    assert message["complete"]
    assert "0356067000" * 9 in message["text"]


def test_a_code_overtakes_a_months_bills(outer: World) -> None:
    for number in range(3):
        promise_letter(f"bill{number}@example.com")
    promise_code()
    run_jobs(limit=1_000)
    taken = [outer.phone(ANNA)[0]["n"], *(outer.mailbox(f"bill{n}@example.com")[0]["n"] for n in range(3))]
    assert taken == sorted(taken)


def test_the_sweep_leaves_alone_what_stands_in_the_queue() -> None:
    let_time_pass(promise_code())
    jobs.sweep(timestamp=0)
    assert waiting_jobs(task="notices.deliver") == 1

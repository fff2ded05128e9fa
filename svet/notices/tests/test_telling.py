from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from svet.bills import events as bill_events
from svet.kernel.places import Place
from svet.notices import operations, queries
from svet.notices.models import Delivery, Notice
from svet.notices.operations import promises
from svet.notices.rules import MOST_OBLIGATORY_SMS, DeliveryState, EventSpec, NoticeChannel
from svet.notices.tests.factories import make_recipient
from svet.people import events as people_events
from svet.sandbox.town.retailer import name_the_retailer
from tests.jobs import waiting_jobs

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DUE = {"account": "0356067000", "total": "300,00 ₽", "due": "15.12.2026"}


def tell(recipient_id: int, event: EventSpec = bill_events.DUE_NEAR, params: dict[str, str] = DUE) -> None:
    operations.notify(recipient_id=recipient_id, event=event, params=params, place=Place("payment"), now=NOW)


def test_telling_fills_the_bell_and_promises_by_every_wanted_channel() -> None:
    name_the_retailer()
    anna = make_recipient(email="anna@example.com")
    tell(anna.id)
    notice = Notice.objects.get()
    assert notice.title == "Скоро срок оплаты"
    assert notice.url == "/payment/"
    promised = {d.channel: d for d in Delivery.objects.all()}
    assert promised["sms"].address == anna.phone
    assert "300,00" in promised["sms"].body
    assert promised["email"].address == "anna@example.com"
    assert "http://127.0.0.1:8000/payment/" in promised["email"].body
    assert "Уралэнергосбыт" in promised["email"].html
    assert waiting_jobs(task="notices.deliver") == 2


def test_an_unconfirmed_address_gets_no_letters() -> None:
    anna = make_recipient(email="somebody@example.com", confirmed=False)
    tell(anna.id)
    assert {d.channel for d in Delivery.objects.all()} == {"sms"}


def test_switched_off_channels_stay_silent() -> None:
    anna = make_recipient(email="anna@example.com")
    operations.set_preferences(
        recipient_id=anna.id, preferences={bill_events.DUE_NEAR: {NoticeChannel.BELL: False}}, sms_on=False
    )
    tell(anna.id)
    assert not Notice.objects.exists()
    assert {d.channel for d in Delivery.objects.all()} == {"email"}


def test_a_locked_switch_is_shown_on_and_locked() -> None:
    anna = make_recipient()
    operations.set_preferences(
        recipient_id=anna.id,
        preferences={people_events.PASSWORD_CHANGED: {NoticeChannel.SMS: False}},
        email_on=False,
    )
    switches = queries.preferences(anna.id)
    cell = switches.matrix[people_events.PASSWORD_CHANGED][NoticeChannel.SMS]
    assert cell.on
    assert cell.locked
    assert not switches.email_on
    assert switches.sms_on


def test_the_person_is_told_in_their_language() -> None:
    boris = make_recipient(language="en")
    tell(boris.id)
    assert Notice.objects.get().text  # English words come with the catalogue


def test_a_missing_value_of_a_text_is_the_callers_mistake() -> None:
    anna = make_recipient()
    with pytest.raises(ValueError, match="due, total"):
        tell(anna.id, params={"account": "0356067000"})


@pytest.mark.django_db(transaction=True)
def test_a_promise_needs_the_callers_transaction() -> None:
    anna = make_recipient()
    with pytest.raises(RuntimeError):
        tell(anna.id)


@pytest.mark.django_db(transaction=True)
def test_a_business_change_that_fails_takes_its_promises_along() -> None:
    anna = make_recipient(email="anna@example.com")

    def change_and_fail() -> None:
        with transaction.atomic():
            tell(anna.id)
            raise KeyError

    with pytest.raises(KeyError):
        change_and_fail()
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()
    assert waiting_jobs() == 0


def test_html_in_a_value_reaches_the_letter_escaped() -> None:
    anna = make_recipient(email="anna@example.com")
    tell(anna.id, params=DUE | {"account": "<script>alert(1)</script>"})
    html = Delivery.objects.get(channel="email").html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_bell_shows_newest_first_and_counts_the_unread() -> None:
    anna, vera = make_recipient(), make_recipient(phone="+79000000002")
    for _ in range(3):
        tell(anna.id)
    lines = queries.bell(anna.id)
    assert [line.notice_id for line in lines] == sorted((line.notice_id for line in lines), reverse=True)
    assert queries.unread_count(anna.id) == 3
    assert queries.unread_count(vera.id) == 0


def test_only_ones_own_notices_can_be_marked_read() -> None:
    anna, vera = make_recipient(), make_recipient(phone="+79000000002")
    tell(anna.id)
    tell(anna.id)
    first = queries.bell(anna.id)[0]
    assert operations.mark_read(recipient_id=vera.id, notice_public_ids=[first.public_id], now=NOW) == 0
    assert operations.mark_read(recipient_id=anna.id, notice_public_ids=[first.public_id], now=NOW) == 1
    assert queries.unread_count(anna.id) == 1
    assert operations.mark_read(recipient_id=anna.id, now=NOW) == 1
    assert queries.unread_count(anna.id) == 0


def test_a_delivery_nobody_looks_at_is_stuck_after_ten_minutes() -> None:
    operations.send_sms(phone="+79000000001", event=people_events.CODE, params={"code": "123456"}, now=NOW)
    assert queries.stuck(now=NOW + timedelta(minutes=9)) == []
    assert len(queries.stuck(now=NOW + timedelta(minutes=11))) == 1
    assert "sms" in queries.broken(now=NOW + timedelta(minutes=11))[0]


def test_the_database_refuses_a_secret_that_outlives_its_message() -> None:
    from django.db import IntegrityError

    key = operations.send_sms(
        phone="+79000000001", event=people_events.CODE, params={"code": "123456"}, now=NOW
    )
    with pytest.raises(IntegrityError, match="delivery_secret_wiped"):
        Delivery.objects.filter(id=key).update(state=DeliveryState.SENT, sent_at=NOW)


def test_what_somebody_does_over_and_over_is_not_paid_for_by_a_text_each_time() -> None:
    anna, boris = make_recipient(email="anna@example.com"), make_recipient()
    changed = people_events.PASSWORD_CHANGED

    def change(recipient_id: int, at: datetime) -> None:
        params = {"at": "22.11.2026 12:00", "keys": "0"}
        operations.notify(
            recipient_id=recipient_id, event=changed, params=params, place=Place("profile"), now=at
        )

    for minute in range(MOST_OBLIGATORY_SMS + 5):
        change(anna.id, NOW + timedelta(minutes=minute))
    told = Delivery.objects.filter(recipient=anna)
    assert told.filter(channel="sms").count() == MOST_OBLIGATORY_SMS
    assert told.filter(channel="email").count() == Notice.objects.count() == MOST_OBLIGATORY_SMS + 5
    change(boris.id, NOW)
    assert Delivery.objects.filter(recipient=boris, channel="sms").count() == 1
    for _minute in range(MOST_OBLIGATORY_SMS + 5):
        tell(anna.id)
    assert told.filter(channel="sms", event="due_near").count() == MOST_OBLIGATORY_SMS + 5
    change(anna.id, NOW + timedelta(days=1, minutes=1))
    assert told.filter(channel="sms", event=changed.code).count() == MOST_OBLIGATORY_SMS + 1


def test_ten_harmless_texts_hide_no_other_change_of_the_same_kind() -> None:
    """A thief has new recovery codes made ten times, then takes the second step away at the office."""
    anna = make_recipient()

    def change(what: str) -> None:
        operations.notify(
            recipient_id=anna.id,
            event=people_events.SECOND_FACTOR,
            params={"change": what, "at": "22.11.2026 12:00"},
            place=Place("second-factor"),
            now=NOW,
        )

    for _time in range(MOST_OBLIGATORY_SMS + 1):
        change("codes")
    texts = Delivery.objects.filter(recipient=anna, channel="sms")
    assert texts.count() == MOST_OBLIGATORY_SMS
    for what in sorted(people_events.FACTOR_CHANGES - {"codes"}):
        before = texts.count()
        change(what)
        assert texts.count() == before + 1, what


def test_more_are_promised_at_once_than_one_statement_holds_values() -> None:
    told = [
        promises.message(recipient_id=None, reader=str(place), event=bill_events.DUE_NEAR, text="", now=NOW)
        for place in range(3_000)
    ]
    with transaction.atomic():
        assert len(set(promises.enqueue(told, event=bill_events.DUE_NEAR))) == 3_000

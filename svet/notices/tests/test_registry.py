"""What higher rooms make known: an event stands once, is found by its code, and is told only as declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction

from svet.bills import events as bill_events
from svet.kernel.places import Place
from svet.notices import jobs, operations, queries
from svet.notices.models import Delivery, Notice, Recipient
from svet.notices.rules import EventSpec, Words, registry
from svet.notices.tests.factories import make_recipient

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DUE = {"account": "1", "total": "300,00 ₽", "due": "15.12.2026"}


def tell(recipient: Recipient, *, event: EventSpec, place: Place | None = None) -> None:
    with transaction.atomic():
        operations.notify(recipient_id=recipient.id, event=event, params=DUE, place=place, now=NOW)


def test_an_event_is_declared_once_and_again_is_the_same() -> None:
    before = registry.declared()
    registry.declare(bill_events.EVENTS)
    assert registry.declared() == before
    assert registry.find("due_near") is bill_events.DUE_NEAR
    assert registry.find("something_of_an_older_version") is None


@pytest.mark.parametrize("changed", [{"row": 9999}, {"code": "due_far"}])
def test_neither_a_code_nor_a_row_of_the_switches_is_taken_twice(changed: dict[str, object]) -> None:
    twin = replace(bill_events.DUE_NEAR, **changed)  # type: ignore[arg-type]
    with pytest.raises(registry.DeclaredTwice):
        registry.declare([twin])
    assert registry.find("due_near") is bill_events.DUE_NEAR
    assert registry.find("due_far") is None


@pytest.mark.django_db
def test_what_no_room_has_declared_is_not_told() -> None:
    anna = make_recipient()
    stray = EventSpec(code="stray", name="", words=lambda p: Words(title="", text=""))
    twin = replace(bill_events.DUE_NEAR)
    for event in (stray, twin):
        with pytest.raises(ValueError, match="no room has declared"):
            tell(anna, event=event)
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_an_event_leads_only_where_it_says() -> None:
    anna = make_recipient()
    with pytest.raises(ValueError, match="does not lead to profile"):
        tell(anna, event=bill_events.DUE_NEAR, place=Place("profile"))
    tell(anna, event=bill_events.DUE_NEAR, place=Place("payment"))
    assert Notice.objects.get().url == "/payment/"


@pytest.mark.django_db
def test_what_an_older_version_told_of_is_still_sent_and_shown() -> None:
    """An upgrade may take an event away: its deliveries and notices stay, its switch is no row any more."""
    anna = make_recipient()
    tell(anna, event=bill_events.DUE_NEAR)
    Notice.objects.update(event="gone")
    Delivery.objects.update(event="gone", due_at=NOW)
    Recipient.objects.update(preferences={"gone": {"sms": False}})
    jobs.sweep(0)
    assert set(Delivery.objects.values_list("event", flat=True)) == {"gone"}
    assert [notice.event for notice in queries.bell(anna.id)] == ["gone"]
    assert "gone" not in {event.code for event in queries.preferences(anna.id).matrix}


def test_every_event_has_a_name_to_be_called_by() -> None:
    assert [event.code for event in registry.declared() if not str(event.name)] == []

"""Texts people send: kept once, and promised to be read in the same transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from svet.gateways.sms.port import Incoming
from svet.notices import jobs
from svet.notices.models import IncomingSms
from svet.notices.rules import registry

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TEXT = Incoming("+79117178512", "4036")


def promised() -> list[object]:
    rows = ProcrastinateJob.objects.filter(task_name="metering.read_sms").order_by("id")
    return [row.args["incoming_id"] for row in rows]


def test_a_text_is_kept_and_its_reading_promised() -> None:
    jobs.take_incoming(TEXT, now=NOW)
    row = IncomingSms.objects.get()
    assert (row.phone, row.text, row.received_at) == ("+79117178512", "4036", NOW)
    assert promised() == [row.pk]


def test_a_text_brought_again_within_minutes_is_one_and_later_another() -> None:
    for minutes in (0, 0, 9):
        jobs.take_incoming(TEXT, now=NOW + timedelta(minutes=minutes))
    jobs.take_incoming(TEXT, now=NOW + timedelta(minutes=11))
    jobs.take_incoming(Incoming("+79117178513", "4036"), now=NOW)
    assert IncomingSms.objects.count() == len(promised()) == 3


def test_hostile_texts_are_cut_and_kept_and_a_nul_is_not_lost() -> None:
    jobs.take_incoming(Incoming("+7911717851299999999", "\0" + "я" * 5000), now=NOW)
    row = IncomingSms.objects.get()
    assert (len(row.phone), row.text) == (16, "\N{REPLACEMENT CHARACTER}" + "я" * 999)


def test_a_text_that_nobody_would_read_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its centre hears no answer and brings it again."""
    monkeypatch.setattr(registry, "_READERS", [])
    with pytest.raises(LookupError):
        jobs.take_incoming(TEXT, now=NOW)
    assert not IncomingSms.objects.exists()


def test_a_text_and_the_promise_to_read_it_stand_or_fall_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_incoming_id: int) -> None:
        raise OSError("no queue")

    monkeypatch.setattr(registry, "_READERS", [*registry.readers(), fail])
    with pytest.raises(OSError, match="no queue"):
        jobs.take_incoming(TEXT, now=NOW)
    assert not IncomingSms.objects.exists()
    assert promised() == []

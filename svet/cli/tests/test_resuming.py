"""A restored database waits for a person's word, and sends nothing twice after it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from svet.cli.backup.resuming import resume, waiting
from svet.config.checks import refuse_unsafe
from svet.config.failures import Failure
from svet.config.jobs import worker
from svet.notices import jobs
from svet.notices.models import Delivery
from svet.notices.operations.restored import MAY_HAVE_GONE
from svet.notices.rules import DeliveryState
from svet.notices.tests.test_delivering import promise_code, promise_letter
from svet.site import operations as site
from svet.site.models import DatabaseHome
from svet.site.queries import database_hold
from svet.webhooks import jobs as hooks_jobs
from svet.webhooks.models import WebhookCall
from svet.webhooks.tests.test_webhooks import Home, Outside, home, outside

__all__ = ["home", "outside"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture
def held(db: None) -> None:
    """A database restored from yesterday."""
    site.hold_here(copied_at=NOW - timedelta(days=1), now=NOW)


@pytest.mark.usefixtures("held")
def test_dropped_messages_are_sent_by_no_later_job() -> None:
    letters = [promise_code(), promise_letter("anna@example.ru")]
    told = "\n".join(waiting())
    assert "email 1, sms 1" in told
    assert any("svet reconcile --day 2026-11-26" in line for line in resume(drop=True, now=NOW))
    assert database_hold() is None
    for letter in letters:
        jobs.deliver(letter.pk)
        letter.refresh_from_db()
        assert letter.state == DeliveryState.FAILED
        assert letter.reason == MAY_HAVE_GONE
        assert letter.attachment is None
    assert Delivery.objects.get(pk=letters[0].pk).body == ""
    jobs.sweep(0)
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(("drop", "state"), [(True, "dropped"), (False, "waiting")])
def test_calls_of_peoples_programs_are_counted_and_dropped_too(
    home: Home, outside: Outside, drop: bool, state: str
) -> None:
    home.told()
    assert "webhook 1" in "\n".join(waiting())
    list(resume(drop=drop, now=NOW))
    call = WebhookCall.objects.get()
    assert call.state == state
    if drop:
        hooks_jobs.sweep(timestamp=0)
        hooks_jobs.deliver(call_id=call.pk)
        assert outside.heard == []


@pytest.mark.usefixtures("held")
def test_whoever_says_so_has_them_sent() -> None:
    letter = promise_letter("anna@example.ru")
    list(resume(drop=False, now=NOW))
    letter.refresh_from_db()
    assert letter.state == DeliveryState.WAITING
    assert database_hold() is None
    assert list(resume(drop=True, now=NOW)) == []
    letter.refresh_from_db()
    assert letter.state == DeliveryState.WAITING, "a database at home drops nothing"


def test_a_copy_made_by_other_means_knows_itself_by_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # Counters outlive a test; test_backup.py moves those of a database of its own.
    monkeypatch.setattr("svet.cli.backup.resuming.close_the_past", lambda: None)
    site.settle_here()
    assert database_hold() is None
    DatabaseHome.objects.update(database_oid=1)
    assert database_hold() is not None
    site.settle_here()
    assert database_hold() is not None, "`svet migrate` of the copy does not let it go"
    assert "перенесена" in "\n".join(waiting())
    with pytest.raises(Failure, match=r"svet\.E025"):
        refuse_unsafe()
    list(resume(drop=True, now=timezone.now()))
    refuse_unsafe()


@pytest.mark.usefixtures("held")
def test_a_worker_that_lives_through_a_restore_does_no_job_of_the_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Left(BaseException):
        pass

    def leave(code: int) -> None:
        raise Left

    done: list[int] = []
    nobody: Any = SimpleNamespace(job=SimpleNamespace(task_name="a.job"))
    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    with pytest.raises(Left):
        worker._with_fresh_connections(lambda: done.append(1), nobody, nobody)
    assert done == []
    site.let_go_here()
    worker._with_fresh_connections(lambda: done.append(1), nobody, nobody)
    assert done == [1]

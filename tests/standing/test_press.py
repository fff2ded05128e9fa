"""«Оплатить» through a job: what that adds to a press, quiet and behind a hundred thousand jobs."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from svet.config.jobs import worker
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.limits.models import Bucket
from svet.payments import operations
from svet.payments.models import Order
from svet.payments.operations.beginning import BegunPayment
from svet.payments.operations.binding import LOOK_AT_BINDING
from svet.payments.operations.errands import ERRAND
from svet.payments.rules.errands import FIRST
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import BASE, Family, make_family
from tests.bank import running_bank
from tests.hurried import lane_beside

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

PRESSES = 20
TOGETHER = 20
LOADED = 100_000
#: Milliseconds that a job may add to a press on a machine with others at work; it is some 70 there.
MAY_ADD = 400


@pytest.fixture
def bank(tmp_path: Path, settings: Any) -> Iterator[None]:
    with running_bank(tmp_path) as running:
        settings.ACQUIRING_URL = running.acquiring_url
        settings.WEB_THREADS, settings.LIMITS_FACTOR = 2 * TOGETHER, 100
        yield


def wanted(family: Family) -> operations.OrderRequest:
    return operations.OrderRequest(
        lines=[(family.first.public_id, Money(300_00))],
        key=uuid4(),
        expected_total=None,
        return_url_base=BASE,
    )


def press(family: Family) -> BegunPayment:
    now, by = timezone.now(), Actor.person(family.anna.pk)
    return operations.begin_payment(by=by, wanted=wanted(family), now=now)


def timed(family: Family, *, through_a_job: bool) -> list[float]:
    """Milliseconds of each press until the bank's page is known, in order."""
    times = []
    for _ in range(PRESSES):
        Bucket.objects.all().delete()
        began = time.monotonic()
        if through_a_job:
            assert press(family).bank_page_url
        else:
            now, by = timezone.now(), Actor.person(family.anna.pk)
            made = operations.create_order(by=by, wanted=wanted(family), now=now)
            assert operations.send_to_bank(order_id=made.pk, now=now).bank_page_url
        times.append((time.monotonic() - began) * 1000)
    return sorted(times)


def load() -> None:
    """So many jobs as a bill run may leave, and a database that has not counted them yet."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Without the triggers that write down and tell of each.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " SELECT 'billing', 'nobody.does', '{}' FROM generate_series(1, %s)",
            [LOADED],
        )


def middle(times: list[float]) -> str:
    return f"median {statistics.median(times):.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms"


def test_the_lane_takes_what_the_room_sends() -> None:
    assert {FIRST} == {worker.FIRST}
    lane = {name for name, task in app.tasks.items() if task.queue == worker.HURRIED}
    assert lane == {ERRAND, LOOK_AT_BINDING}


def test_a_job_adds_little_to_a_press_and_no_other_job_delays_it(
    bank: None, real_lane: None, capsys: pytest.CaptureFixture[str]
) -> None:
    family = make_family()
    with lane_beside():
        press(family)
        itself = timed(family, through_a_job=False)
        by_job = timed(family, through_a_job=True)
        load()
        behind = timed(family, through_a_job=True)
        at_once = together(family)
    told = {
        "asked by the thread itself": itself,
        "by a job, a quiet queue": by_job,
        f"by a job, {LOADED} others wait": behind,
        f"by a job, {TOGETHER} at once": at_once,
    }
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(f"{name}: {middle(times)}\n" for name, times in told.items()))
    assert statistics.median(by_job) - statistics.median(itself) < MAY_ADD
    assert statistics.median(behind) - statistics.median(itself) < MAY_ADD
    # On a machine that is busy with others the last ones may be led to their order first.
    assert len(at_once) >= TOGETHER // 2
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.WAITING}


def together(family: Family) -> list[float]:
    """Twenty people press at the same moment: who got the bank's page by the press itself, and when."""
    Bucket.objects.all().delete()
    times: list[float] = []
    gate = threading.Barrier(TOGETHER)

    def one() -> None:
        try:
            gate.wait()
            began = time.monotonic()
            if press(family).bank_page_url:
                times.append((time.monotonic() - began) * 1000)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times)

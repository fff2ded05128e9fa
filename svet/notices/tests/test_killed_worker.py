"""Promise I-8 under SIGKILL: the worker dies at the worst moments, the message still goes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from svet.notices import jobs, operations
from svet.notices.models import Delivery
from svet.notices.rules import HOLD, DeliveryState
from svet.people import events as people_events
from tests.jobs import run_jobs
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]

ANNA = "+79117178512"

# The worker's own code with one line more: it says where it is and stays there until it is killed.
WORKER = """
import sys, time
import django
django.setup()
from svet.gateways import sms
from svet.notices import jobs

real = sms.gateway()

class Stuck:
    def send(self, **message):
        if sys.argv[2] == "after":
            real.send(**message)
        print("here", flush=True)
        time.sleep(60)

sms.gateway = lambda: Stuck()
jobs.deliver(delivery_id=int(sys.argv[1]))
"""


def promise() -> Delivery:
    with transaction.atomic():
        key = operations.send_sms(
            phone=ANNA, event=people_events.CODE, params={"code": "123456"}, now=timezone.now()
        )
    return Delivery.objects.get(id=key)


def kill_worker_while_sending(delivery: Delivery, outer: World, *, moment: str) -> None:
    base = os.environ["SVET_DATABASE_URL"]
    name = str(connection.settings_dict["NAME"])
    database = (
        base.replace("/svet?", f"/{name}?") if "/svet?" in base else base.rpartition("/")[0] + f"/{name}"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(delivery.id), moment],
        env=os.environ
        | {
            "SVET_DATABASE_URL": database,
            "SVET_SMS_URL": outer.sms_url,
            "DJANGO_SETTINGS_MODULE": "svet.config.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    with worker.stdout:
        assert worker.stdout.readline().strip() == "here"
        worker.send_signal(signal.SIGKILL)
        worker.wait(5)


def let_the_hold_run_out(delivery: Delivery) -> None:
    Delivery.objects.filter(id=delivery.id).update(due_at=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize(("moment", "times_sent"), [("before", 1), ("after", 2)])
def test_the_message_of_a_killed_worker_still_goes_out(outer: World, moment: str, times_sent: int) -> None:
    delivery = promise()
    kill_worker_while_sending(delivery, outer, moment=moment)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.WAITING
    assert delivery.due_at > timezone.now() + HOLD - timedelta(seconds=30)

    run_jobs()  # too early: the hold of the dead worker stands
    assert len(outer.phone(ANNA)) == times_sent - 1

    let_the_hold_run_out(delivery)
    jobs.sweep(timestamp=0)
    run_jobs()
    delivery.refresh_from_db()
    assert delivery.state in (DeliveryState.SENT, DeliveryState.DELIVERED)
    assert delivery.body == ""
    messages = outer.phone(ANNA)
    assert len(messages) == times_sent
    # A repeat carries the same reference, so the receiving side sees that it is one.
    assert [message["duplicate"] for message in messages] == [False] + [True] * (times_sent - 1)

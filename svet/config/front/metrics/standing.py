"""How the installation stands, read from the database whenever Prometheus asks."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from svet.fiscal.queries import cashboxes, receipt_counts
from svet.kernel.transactions import picture
from svet.notices.queries import sending
from svet.payments.queries.silence import shops_standing
from svet.site.queries import database_hold, last_care
from svet.site.queries.queue import job_queue

log = logging.getLogger("svet.metrics")
Families = Iterator[GaugeMetricFamily]
_CONNECTIONS = """
SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1
"""


class StandingCollector(Collector):
    """One look at everything; a database that does not answer leaves ``svet_database_up 0`` and the disk."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def collect(self) -> Families:
        """The families, in one picture of the database."""
        found: list[GaugeMetricFamily] = []
        try:
            with picture():
                found += [*_queue(), *_sending(self.now), *_bank(self.now), *_receipts(self.now)]
                found += [*_care(self.now), *_database()]
        except DatabaseError as fault:
            log.warning("the metrics could not be read: %s", fault)
            found = []
        yield _one("svet_database_up", "1 when the database answered", 1.0 if found else 0.0)
        yield _one("svet_disk_free_bytes", "Room beside SVET_DATA", shutil.disk_usage(settings.DATA).free)
        yield from found


def _one(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _queue() -> Families:
    queue = job_queue()
    yield _one("svet_queue_age_seconds", "How long the oldest job that is due waits", queue.age)
    if queue.heard is not None:
        yield _one("svet_worker_silence_seconds", "Since a worker was last heard of", queue.heard)
    yield _one("svet_jobs_failed", "Jobs that nobody tries again", queue.total("failed"))
    jobs = GaugeMetricFamily("svet_jobs", "Jobs by queue and state", labels=["queue", "state"])
    for (state, name), count in queue.counts.items():
        jobs.add_metric([name, state], count)
    yield jobs


def _sending(now: datetime) -> Families:
    waiting = GaugeMetricFamily("svet_messages_waiting", "Messages that wait to be sent", labels=["channel"])
    late = GaugeMetricFamily("svet_messages_late_seconds", "Since the oldest was due", labels=["channel"])
    failed = GaugeMetricFamily("svet_messages_failed_day", "Failed within a day", labels=["channel"])
    for each in sending(now=now):
        waiting.add_metric([each.channel.value], each.waiting)
        late.add_metric([each.channel.value], each.late)
        failed.add_metric([each.channel.value], each.failed)
    yield from (waiting, late, failed)


def _bank(now: datetime) -> Families:
    silent = GaugeMetricFamily("svet_bank_silence_seconds", "How long the bank is silent", labels=["shop"])
    unanswered = GaugeMetricFamily("svet_bank_unanswered", "Orders without an answer", labels=["shop"])
    waits = GaugeMetricFamily(
        "svet_bank_unanswered_seconds", "Since the oldest order without an answer", labels=["shop"]
    )
    opened = GaugeMetricFamily("svet_orders_open", "Orders that are neither paid nor over", labels=["shop"])
    for shop in shops_standing(now=now):
        silent.add_metric([shop.code], shop.silent_for(now))
        unanswered.add_metric([shop.code], shop.unanswered)
        waits.add_metric([shop.code], shop.waits)
        opened.add_metric([shop.code], shop.open)
    yield from (silent, unanswered, waits, opened)


def _receipts(now: datetime) -> Families:
    receipts = GaugeMetricFamily(
        "svet_receipts", "Fiscal receipts by state; late: they failed or wait for an hour", labels=["state"]
    )
    for state, count in receipt_counts(now=now).items():
        receipts.add_metric([state], count)
    silent = GaugeMetricFamily("svet_till_silence_seconds", "How long a till is silent", labels=["till"])
    for till in cashboxes():
        silent.add_metric([till.code], till.silent_for(now))
    yield from (receipts, silent)


def _care(now: datetime) -> Families:
    age = GaugeMetricFamily("svet_care_age_seconds", "Since the last backup, verify, drill", labels=["care"])
    well = GaugeMetricFamily("svet_care_well", "1 when the last one went well", labels=["care"])
    good = GaugeMetricFamily("svet_care_well_age_seconds", "Since the last that went well", labels=["care"])
    for care, last in last_care().items():
        age.add_metric([care.value], max((now - last.at).total_seconds(), 0.0))
        well.add_metric([care.value], float(last.well))
        if last.well_at is not None:
            good.add_metric([care.value], max((now - last.well_at).total_seconds(), 0.0))
    yield from (age, well, good)
    held = database_hold() is not None
    yield _one("svet_database_held", "1 when this is a copy that waits for svet resume", float(held))


def _database() -> Families:
    used = GaugeMetricFamily("svet_database_connections", "Connections to the database", labels=["state"])
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        for state, count in cursor.fetchall():
            used.add_metric([state], count)
        cursor.execute("SELECT current_setting('max_connections')::int, pg_database_size(current_database())")
        most, size = cursor.fetchone()
    yield used
    yield _one("svet_database_connections_most", "How many connections the server takes", most)
    yield _one("svet_database_bytes", "Size of the database", size)

"""Sealing the journal into a hash chain."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection
from procrastinate.contrib.django import app

from svet.journal import queries, rules
from svet.journal.models import Seal, SealHead
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case


def oldest_running() -> int:
    """The oldest transaction of the whole server that still runs: all below it are over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def seal_now(*, now: datetime) -> Seal | None:
    """Seal every entry whose transaction is surely over; nothing new makes no seal.

    Transactions older than the oldest running one can write no more, so the extent of a seal never
    gains an entry afterwards, and those who write never wait for the sealer.
    """
    with use_case():
        hold(Lock.JOURNAL_SEAL)
        horizon = oldest_running()
        last = Seal.objects.order_by("-id").first()
        floor, start, previous = 0, 0, rules.FIRST
        if last is not None:
            floor, start, previous = last.floor_id, last.to_xact, last.digest
            if horizon < start:  # restored into a cluster that counts from the beginning
                floor, start = last.last_id, 0
        entries = list(queries.covered(floor_id=floor, from_xact=start, to_xact=horizon))
        if not entries:
            return None
        ids = [int(entry["id"]) for entry in entries]
        seal = Seal(
            floor_id=floor,
            from_xact=start,
            to_xact=horizon,
            last_id=max([*ids, last.last_id if last else 0]),
            count=len(ids),
            previous=previous,
            sealed_at=now,
        )
        seal.digest = rules.seal_digest(previous=previous, terms=queries.terms(seal), entries=entries)
        seal.save(force_insert=True)
        SealHead.objects.update_or_create(place=1, defaults={"seal_id": seal.pk, "digest": seal.digest})
        return seal


@app.periodic(cron="*/5 * * * *")
@app.task(queue="housekeeping", name="journal.seal")
def seal(timestamp: int) -> None:
    """Seal what is new, every five minutes."""
    seal_now(now=datetime.fromtimestamp(timestamp, tz=UTC))

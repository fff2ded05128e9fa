"""Having a bank asked for a page that somebody waits for: a job goes at once, the page waits for it a little.

No thread that serves pages asks a bank (ADR 188). The errand and its job are kept in the transaction of
whatever they are for. Who asks for the same meanwhile waits for the same errand.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import BankErrand
from svet.payments.rules.errands import (
    ALONE,
    DEAD_AFTER,
    FORGOTTEN_AFTER,
    PRESSED_AGAIN_AFTER,
    ErrandKind,
    is_late,
    patience_left,
    priority_of,
)

#: The job that goes on an errand.
ERRAND = "payments.errand"
#: Seconds between two looks of a page at its errand: short at first, when an answer is likely.
_STEPS: Final = (0.01, 0.02, 0.03, 0.05)


def ask_errand(
    kind: ErrandKind,
    *,
    now: datetime,
    order_id: int | None = None,
    callback_id: int | None = None,
    by: Actor | None = None,
    comment: str = "",
) -> int:
    """Keep an errand and its job (a step); of those that are ``ALONE`` the one that is under way goes on.

    One under way for long gets another job: the first may be lost, and two do no harm. A press does not wait
    long for that, and has its own time to wait (a look has not: it comes again by itself).
    """
    require_transaction()
    known = _under_way(kind, order_id) if kind in ALONE else None
    if known is None:
        said = {"by": asdict(by), "comment": comment} if by is not None else {}
        fields = {"kind": kind.value, "order_id": order_id, "callback_id": callback_id, "said": said}
        try:
            with transaction.atomic():
                known = BankErrand.objects.create(**fields, asked_at=now)
        except IntegrityError:
            # Another press at the same moment was first.
            known = _under_way(kind, order_id)
            if known is None:
                raise
            return known.pk
    else:
        pressed = kind is ErrandKind.PAGE
        last = (known.taken_at or known.asked_at) if pressed else known.asked_at
        if now - last < (PRESSED_AGAIN_AFTER if pressed else DEAD_AFTER):
            return known.pk
        if pressed:
            still = BankErrand.objects.filter(pk=known.pk, ended_at__isnull=True)
            still.update(asked_at=now, taken_at=None)
    send_job(known)
    return known.pk


def send_job(errand: BankErrand, *, seconds: int = 0) -> None:
    """The job of an errand, at once or in so many seconds (a step); one that waits already is enough."""
    task = app.configure_task(
        ERRAND,
        priority=priority_of(ErrandKind(errand.kind)),
        queueing_lock=f"payments.errand:{errand.pk}",
        schedule_in={"seconds": seconds} if seconds else None,
    )
    # Its own savepoint: the one that waits already must not undo the caller's work.
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(errand_id=errand.pk)


def wait_for(errand_id: int, *, now: datetime) -> BankErrand | None:
    """The errand when it has ended; None: not in the time a page has, or enough other pages wait already."""
    errand = BankErrand.objects.get(pk=errand_id)
    if errand.ended_at is None:
        errand = linger(errand, patience=patience_left(asked_at=errand.asked_at, now=now), now=now)
    return errand if errand.ended_at is not None else None


def linger(errand: BankErrand, *, patience: float, now: datetime) -> BankErrand:
    """Look at an errand until it has ended or the patience has; at most half of the threads do so at once."""
    places = _places(max(1, settings.WEB_THREADS // 2))
    if not places.acquire(blocking=False):
        return errand
    try:
        until, step = time.monotonic() + patience, 0
        while errand.ended_at is None and time.monotonic() < until:
            time.sleep(_STEPS[min(step, len(_STEPS) - 1)])
            errand.refresh_from_db(fields=["ended_at", "refused", "said"])
            step += 1
    finally:
        places.release()
    return errand


def take_errand(errand_id: int, *, now: datetime) -> BankErrand | None:
    """Go on an errand; None: it has ended, it is late (and ends by that), or somebody else is on the way."""
    with use_case():
        errand = BankErrand.objects.select_for_update().filter(pk=errand_id, ended_at__isnull=True).first()
        if errand is None or (errand.taken_at is not None and now - errand.taken_at < DEAD_AFTER):
            return None
        if is_late(ErrandKind(errand.kind), asked_at=errand.asked_at, now=now):
            end_errand(errand.pk, now=now, refused={"late": True})
            return None
        errand.taken_at = now
        errand.save(update_fields=["taken_at"])
        return errand


def end_errand(errand_id: int, *, now: datetime, refused: dict[str, object] | None = None) -> bool:
    """Say that it is done, or not wanted any more; False: it had ended before."""
    ended = BankErrand.objects.filter(pk=errand_id, ended_at__isnull=True)
    return bool(ended.update(ended_at=now, refused=refused or {}))


def was_asked(kind: ErrandKind, *, order_id: int) -> bool:
    """Whether somebody asked for it in the last hour, whatever became of it."""
    return BankErrand.objects.filter(order_id=order_id, kind=kind.value).exists()


def forget_errands(*, now: datetime) -> int:
    """Forget what nobody waits for any more; says how many."""
    return BankErrand.objects.filter(asked_at__lt=now - FORGOTTEN_AFTER).delete()[0]


def _under_way(kind: ErrandKind, order_id: int | None) -> BankErrand | None:
    return BankErrand.objects.filter(order_id=order_id or 0, kind=kind.value, ended_at__isnull=True).first()


@lru_cache(maxsize=4)
def _places(places: int) -> BoundedSemaphore:
    """The threads of this process that may wait for errands at once."""
    return BoundedSemaphore(places)

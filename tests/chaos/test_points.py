"""The few points at which a run of everything dies leave whatever dying at every statement leaves."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from django.db import transaction

from svet.limits.models import Bucket
from tests.kills import MOST, killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def write(key: str) -> None:
    Bucket.objects.create(name="kills", key=key, spent=1, started_at=NOW, free_at=NOW, resets_at=NOW)


def keys() -> frozenset[str]:
    return frozenset(Bucket.objects.values_list("key", flat=True))


def left(*, every: bool) -> list[tuple[frozenset[str], bytes]]:
    """What the database and the outer world have after each point, one after another."""
    found = []
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        here, there = socket.socketpair()
        with here, there:

            def act(here: socket.socket = here) -> None:
                keys()
                keys()
                write("alone")
                write("alone too")
                with transaction.atomic():
                    keys()
                    write("together")
                    write("together too")
                    here.sendall(b"inside;")
                    with transaction.atomic():
                        write("deeper")
                        write("deeper still")
                keys()
                here.sendall(b"outside;")
                keys()
                keys()
                write("last")

            killed = killed_at(point, act, every=every)
            there.setblocking(False)
            try:
                said = there.recv(100)
            except BlockingIOError:
                said = b""
        found.append((keys(), said))
        if not killed:
            return found
    raise AssertionError("it never came to its end")


def test_few_points_leave_whatever_all_of_them_leave() -> None:
    every, few = left(every=True), left(every=False)
    assert list(dict.fromkeys(few)) == list(dict.fromkeys(every))
    assert len(set(every)) == 7
    assert len(few) < len(every)

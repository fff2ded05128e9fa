"""How long each kind of row is kept: one daily job, small transactions, each term a setting.

Each table of the schema has its term, or a reason to stay for ever, in ``tests/architecture/terms.py``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from django.conf import settings
from django.db import connection

log = logging.getLogger("svet.retention")
#: Rows of one transaction: other writers of the table wait for no longer than it takes.
BATCH: Final = 2_000
#: Seconds of one night; what is left over waits for the next.
NIGHT: Final = 2 * 3600.0


class NotForgotten(Exception):
    """Some kinds could not be forgotten this night; the others are."""


class _Forget(Protocol):
    def __call__(self, *, before: datetime, most: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Retention:
    """One kind of row or file: its name, its term in days (0: for ever), and what forgets a handful of it."""

    name: str
    days: int
    forget: _Forget


def retentions(*, now: datetime) -> Iterator[Retention]:
    """Every kind that has a term, as it is forgotten at ``now``."""
    # Here and not above: tables are found only when Django is ready.
    from svet.accounts.operations.ending import forget_invitations
    from svet.bills.operations.reminding import forget_due_told
    from svet.config.jobs.print_files import forget_print_files
    from svet.exchange.operations.retention import (
        forget_raw_lines,
        forget_rejects,
        forget_undecided,
        forget_waiting_lines,
    )
    from svet.metering.operations.reminding import forget_verifications_told, forget_windows_told
    from svet.notices.operations.retention import (
        forget_bell,
        forget_deliveries,
        forget_texts,
        forget_updates,
    )
    from svet.outages.operations.telling import forget_outages_told
    from svet.people.operations.devices import forget_devices
    from svet.today.operations import forget_help_told
    from svet.usage.operations import forget_budgets_told

    yield Retention("messages", settings.KEEP_MESSAGES_DAYS, forget_deliveries)
    yield Retention("bell", settings.KEEP_BELL_DAYS, forget_bell)
    yield Retention("texts", settings.KEEP_TEXTS_DAYS, forget_texts)
    yield Retention("bot updates", settings.KEEP_TEXTS_DAYS, forget_updates)
    yield Retention("raw lines", settings.KEEP_RAW_LINES_DAYS, forget_raw_lines)
    yield Retention("rejected lines", settings.KEEP_RAW_LINES_DAYS, forget_rejects)
    yield Retention("waiting lines", settings.KEEP_WAITING_LINES_DAYS, forget_waiting_lines)
    yield Retention("undecided registers", settings.KEEP_RAW_LINES_DAYS, partial(forget_undecided, now=now))
    yield Retention("print files", settings.KEEP_PRINT_DAYS, forget_print_files)
    yield Retention("invitations", settings.KEEP_ENDED_DAYS, forget_invitations)
    yield Retention("browsers", settings.KEEP_ENDED_DAYS, forget_devices)
    yield Retention("windows told", settings.KEEP_TOLD_DAYS, forget_windows_told)
    yield Retention("verifications told", settings.KEEP_TOLD_DAYS, forget_verifications_told)
    yield Retention("due days told", settings.KEEP_TOLD_DAYS, forget_due_told)
    yield Retention("help told", settings.KEEP_TOLD_DAYS, forget_help_told)
    yield Retention("budgets told", settings.KEEP_TOLD_DAYS, forget_budgets_told)
    yield Retention("outages told", settings.KEEP_TOLD_DAYS, forget_outages_told)


def retain(
    *, now: datetime, clock: Callable[[], float] = time.monotonic, batch: int = BATCH
) -> dict[str, int]:
    """Forget what has outlived its term, for a night at most; says how many of each kind.

    May be killed at any moment and run by two at once: each handful is a transaction of its own.
    :raises NotForgotten: behind all others, of kinds whose rows are locked, or whose code is wrong
    """
    # A machine whose clock ran ahead by years would forget everything: the database must say the same.
    now = min(now, _database_now())
    until, done, failed = clock() + NIGHT, dict[str, int](), list[str]()
    for each in retentions(now=now):
        count = 0
        try:
            while each.days and clock() < until:
                gone = each.forget(before=now - timedelta(days=each.days), most=batch)
                if not gone:
                    break
                count += gone
        except Exception:
            log.exception("%s could not be forgotten", each.name)
            failed.append(each.name)
        done[each.name] = count
    log.info("what has outlived its term is forgotten", extra={"rows": done})
    if failed:
        raise NotForgotten(", ".join(failed))
    return done


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found

"""Writing a batch of charges: rows by COPY, money into the ledger, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from svet.billing.models import BillingRun, Charge, Problem
from svet.billing.rules import Basis, BillingReason, PricedLine
from svet.kernel.bulk import take_ids
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, TransactionKind

_ZERO = Decimal(0)


class Computed(NamedTuple):
    """One account's lines, or the reason why there are none."""

    account_id: int
    lines: list[PricedLine]
    problem: BillingReason | None
    details: Mapping[str, str]


_CHARGES = (
    "COPY billing_charge (id, account_id, period, run_id, kwh, total_kopecks, estimated, demonstration,"
    " transaction_id) FROM STDIN"
)
_LINES = (
    "COPY billing_chargeline (charge_id, account_id, period, position, meter_id, scheme, zone, range_no, kwh,"
    " price, kopecks, tariff_row_id, basis, settles, since_on, until_on, previous_value, previous_on,"
    " previous_set_id, current_value, current_on, current_set_id) FROM STDIN"
)
_NOTHING = (None, None, None)


def charge_key(account_id: int, period: Month) -> str:
    """The ledger's key of an account's charge for a month."""
    return f"charge:{account_id}:{period}"


def write_charges(
    computed: Sequence[Computed], *, run: BillingRun, provider_id: int, period: Month, now: datetime
) -> None:
    """Keep the batch's charges with their lines, post them, and count them in the run (not saved here)."""
    require_transaction()
    good = [found for found in computed if found.problem is None]
    totals = [sum(line.kopecks for line in found.lines) for found in good]
    last_day = period.end - timedelta(days=1)
    posted = iter(
        ledger.copy_postings(
            [
                (
                    charge_key(found.account_id, period),
                    TransactionKind.CHARGE.value,
                    now,
                    last_day,
                    provider_id,
                    "",
                )
                for found, total in zip(good, totals, strict=True)
                if total
            ],
            [
                (
                    (Book.RECEIVABLE.value, found.account_id, total),
                    (Book.REVENUE.value, None, -total),
                )
                for found, total in zip(good, totals, strict=True)
                if total
            ],
        )
    )
    first = period.first
    estimates = 0
    with connection.wrap_database_errors, connection.cursor() as cursor:
        ids = take_ids(model=Charge, count=len(good))
        with cursor.copy(_CHARGES) as copy:
            for identity, found, total in zip(ids, good, totals, strict=True):
                estimated = any(line.basis in (Basis.AVERAGE, Basis.NORM) for line in found.lines)
                estimates += estimated
                copy.write_row(
                    (
                        identity,
                        found.account_id,
                        first,
                        run.pk,
                        sum((line.kwh for line in found.lines), _ZERO),
                        total,
                        estimated,
                        any(line.demonstration for line in found.lines),
                        next(posted) if total else None,
                    )
                )
        with cursor.copy(_LINES) as copy:
            for identity, found in zip(ids, good, strict=True):
                for position, line in enumerate(found.lines, 1):
                    copy.write_row(
                        (
                            identity,
                            found.account_id,
                            first,
                            position,
                            *line[:8],
                            line.basis.value,
                            *line[9:12],
                            *(line.previous or _NOTHING),
                            *(line.current or _NOTHING),
                        )
                    )
        _write_problems(cursor, run, computed, period)
    run.charges += len(good)
    run.lines += sum(len(found.lines) for found in good)
    run.estimated += estimates
    run.total_kopecks += sum(totals)


def _write_problems(
    cursor: CursorWrapper, run: BillingRun, computed: Sequence[Computed], period: Month
) -> None:
    """Replace what was known of these accounts' problems; earlier ones of the charged are taken in now."""
    cursor.execute(
        "DELETE FROM billing_problem WHERE run_id = %s AND account_id = ANY(%s)",
        [run.pk, [found.account_id for found in computed]],
    )
    removed = cursor.rowcount
    cursor.execute(
        "UPDATE billing_problem p SET reason = %s, details = jsonb_build_object('later', %s::text)"
        " FROM billing_billingrun r WHERE r.id = p.run_id AND r.period < %s AND p.account_id = ANY(%s)"
        " AND p.reason <> %s",
        [
            BillingReason.LATER_CHARGED.value,
            str(period),
            period.first,
            [found.account_id for found in computed if found.problem is None],
            BillingReason.LATER_CHARGED.value,
        ],
    )
    bad = [found for found in computed if found.problem is not None]
    Problem.objects.bulk_create(
        [
            Problem(
                run=run,
                account_id=found.account_id,
                reason=found.problem.value if found.problem else "",
                details=dict(found.details),
            )
            for found in bad
        ]
    )
    run.problems += len(bad) - removed

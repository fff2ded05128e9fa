"""Writing a batch of charges: rows by COPY, money into the ledger, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Min

from svet.billing.models import Charge, Problem
from svet.billing.operations.computing import Computed
from svet.billing.rules import ESTIMATES, Line
from svet.billing.rules.causes import Why, why_of
from svet.billing.rules.difference import reversal
from svet.kernel.bulk import take_ids
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, TransactionKind

_ZERO = Decimal(0)
_CHARGES = (
    "COPY billing_charge (id, account_id, period, run_id, floor, facts, known_at, settled, kwh,"
    " total_kopecks,"
    " estimated, demonstration, transaction_id) FROM STDIN"
)
_LINES = (
    "COPY billing_chargeline (charge_id, account_id, period, position, month, service, point, scheme, zone,"
    " basis, part_since, part_until, since_on, until_on, range_no, price, kwh, kopecks, meter_id,"
    " tariff_row_id, previous_value, previous_on, previous_set_id, current_value, current_on,"
    " current_set_id, span_kwh, base, act, reverses_id, cause, cause_set_id, decision_id, house_share_id)"
    " FROM STDIN"
)
_NOTHING = (None, None, None)


@dataclass(slots=True)
class Tally:
    """What a batch adds to the counts of its run."""

    charges: int = 0
    lines: int = 0
    estimated: int = 0
    problems: int = 0
    kopecks: int = 0


def charge_key(account_id: int, period: Month) -> str:
    """The ledger's key of an account's charge for a month."""
    return f"charge:{account_id}:{period}"


def write_charges(
    computed: Sequence[Computed],
    *,
    run_id: int,
    tally: Tally,
    provider_id: int,
    period: Month,
    now: datetime,
    known_at: datetime,
) -> None:
    """Keep the batch's charges with their lines, post them, and count them.

    ``known_at``: when the facts of the batch were read.

    An account whose month is over and for which nothing moves gets no charge.
    """
    require_transaction()
    good = [each for each in computed if each.problem is None and (each.due or each.found)]
    posted = iter(_post(good, provider_id=provider_id, period=period, now=now))
    lines = 0
    with connection.wrap_database_errors, connection.cursor() as cursor:
        ids = take_ids(model=Charge, count=len(good))
        with cursor.copy(_CHARGES) as copy:
            for identity, each in zip(ids, good, strict=True):
                post, total = each.found.post, each.found.kopecks
                estimated = any(line.basis in ESTIMATES and line.month == period for line in post)
                tally.estimated += estimated
                copy.write_row(
                    (
                        identity,
                        each.account_id,
                        period.first,
                        run_id,
                        each.floor.first,
                        each.facts,
                        known_at,
                        None if each.settled is None else each.settled.first,
                        sum((line.kwh for line in post), _ZERO)
                        - sum((line.kwh for _, line in each.found.reverse), _ZERO),
                        total,
                        estimated,
                        any(line.evidence.demonstration for line in post),
                        next(posted) if total else None,
                    )
                )
        with cursor.copy(_LINES) as copy:
            for identity, each in zip(ids, good, strict=True):
                for position, row in enumerate(_rows(each), 1):
                    copy.write_row((identity, each.account_id, period.first, position, *row))
                    lines += 1
        tally.problems += _write_problems(cursor, run_id, computed, period, now=now)
    tally.charges += len(good)
    tally.lines += lines
    tally.kopecks += sum(each.found.kopecks for each in good)


def _post(good: Sequence[Computed], *, provider_id: int, period: Month, now: datetime) -> list[int]:
    """The money of the charges that move any, one transaction each."""
    moving = [each for each in good if each.found.kopecks]
    last_day = period.end - timedelta(days=1)
    kind = TransactionKind.CHARGE.value
    return ledger.copy_postings(
        [(charge_key(each.account_id, period), kind, now, last_day, provider_id, "") for each in moving],
        [
            (
                (Book.RECEIVABLE.value, each.account_id, each.found.kopecks),
                (Book.REVENUE.value, None, -each.found.kopecks),
            )
            for each in moving
        ],
    )


def _rows(each: Computed) -> Iterator[tuple[object, ...]]:
    """What is taken back, then what is charged, month after month."""
    for name, line in sorted(each.found.reverse, key=lambda pair: pair[1].month):
        yield _row(reversal(line), why_of(line, each.whys[line.month]), name)
    for line in each.found.post:
        yield _row(line, why_of(line, each.whys[line.month]), None)


def _row(line: Line, why: Why, reverses: int | None) -> tuple[object, ...]:
    evidence = line.evidence
    # As text: a list costs the driver more than the rest of the row.
    base = f"{{{','.join(str(month.first) for month in evidence.base)}}}" if evidence.base else None
    return (
        line.month.first,
        *line[1:5],
        line.basis.value,
        *line[6:14],
        evidence.meter_id,
        # A sum that a person has decided has no price.
        evidence.row_id or None,
        *(evidence.previous or _NOTHING),
        *(evidence.current or _NOTHING),
        evidence.span_kwh,
        base,
        evidence.cause.value if evidence.cause else "",
        reverses,
        why.cause.value,
        why.set_id,
        evidence.decision or None,
        evidence.house or None,
    )


def _write_problems(
    cursor: CursorWrapper, run_id: int, computed: Sequence[Computed], period: Month, *, now: datetime
) -> int:
    """Replace what was known of these accounts' problems; earlier ones of the charged are none any more.

    A problem that an account has had for the same reason, in this or another open month, keeps its first day.
    Says how many more of the run there are now.
    """
    bad = [each for each in computed if each.problem is not None]
    known = Problem.objects.filter(account_id__in=[each.account_id for each in bad]).order_by()
    since = {
        (row["account_id"], row["reason"]): row["first"]
        for row in known.values("account_id", "reason").annotate(first=Min("first_at"))
    }
    cursor.execute(
        "DELETE FROM billing_problem WHERE run_id = %s AND account_id = ANY(%s)",
        [run_id, [each.account_id for each in computed]],
    )
    removed: int = cursor.rowcount
    cursor.execute(
        "WITH gone AS (DELETE FROM billing_problem p USING billing_billingrun r WHERE r.id = p.run_id"
        " AND r.period < %s AND p.account_id = ANY(%s) RETURNING p.run_id),"
        " counted AS (SELECT run_id, count(*) AS found FROM gone GROUP BY run_id),"
        # In one order: batches that solve problems of the same earlier months do not wait for each other.
        " held AS (SELECT r.id FROM billing_billingrun r JOIN counted c ON c.run_id = r.id ORDER BY r.id"
        " FOR NO KEY UPDATE OF r)"
        " UPDATE billing_billingrun r SET problems = r.problems - c.found FROM counted c"
        " JOIN held h ON h.id = c.run_id WHERE c.run_id = r.id",
        [period.first, [each.account_id for each in computed if each.problem is None]],
    )
    Problem.objects.bulk_create(
        [
            Problem(
                run_id=run_id,
                account_id=each.account_id,
                reason=each.problem.value if each.problem else "",
                details=dict(each.details),
                first_at=since.get((each.account_id, each.problem.value if each.problem else ""), now),
                last_at=now,
            )
            for each in bad
        ]
    )
    return len(bad) - removed

"""Statements of our accounts: what is still to come of each day, and the rows nothing fits yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from svet.kernel.money import Money
from svet.payments.models import (
    BankStatement,
    DaySettlement,
    DayTotals,
    ImportedPayment,
    Source,
    StatementRow,
)
from svet.payments.queries.reconciliation import OUT_OF_BOOKS
from svet.payments.rules.matching import STATEMENT_WAITS, StatementState


@dataclass(frozen=True, slots=True)
class DueDay:
    """What is still to come of a day of a source, net kopecks, and the commission that goes with it."""

    day: date
    kopecks: int
    commission: int


@dataclass(frozen=True, slots=True)
class StatementRowView:
    """A row of a statement that nothing fits, or another body under a taken identity."""

    public_id: str
    booked_on: date
    number: str
    money: Money
    name: str
    purpose: str
    provider_name: str
    source_name: str
    differs: bool
    since: datetime
    put_off_until: date | None
    said: str
    said_by: str
    state: StatementState
    inn: str
    own_account: str


def due_days(*, source_id: int, provider_id: int, since: date) -> list[DueDay]:
    """What of a source's days since a day has not come to our account yet.

    Of an acquirer: what the bank's list tells, less refunds and the commission by its own figure; a day with
    a payment whose income is not known is not known either. Of an agent: the sums of its registers.
    """
    source = Source.objects.get(pk=source_id)
    taken = (
        _of_list(provider_id, since) if source.acquirer else _of_registers(source.code, provider_id, since)
    )
    done = DaySettlement.objects.filter(source_id=source_id, provider_id=provider_id, day__gte=since)
    settled: dict[date, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in done.values("day").annotate(came=Sum("kopecks"), kept=Sum("commission_kopecks")):
        settled[row["day"]] = (int(row["came"]), int(row["kept"]))
    return [
        DueDay(day, net - settled[day][0], commission - settled[day][1])
        for day, (net, commission) in sorted(taken.items())
        if (net, commission) != settled[day]
    ]


def _of_list(provider_id: int, since: date) -> dict[date, tuple[int, int]]:
    days = DayTotals.objects.filter(provider_id=provider_id, day__gte=since, without_income=0)
    return {
        one.day: (one.taken_kopecks - one.refunded_kopecks - one.commission_kopecks, one.commission_kopecks)
        for one in days
    }


def _of_registers(code: str, provider_id: int, since: date) -> dict[date, tuple[int, int]]:
    rows = ImportedPayment.objects.filter(source=code, provider_id=provider_id, paid_on__gte=since)
    sums = rows.exclude(state__in=OUT_OF_BOOKS).values("paid_on").annotate(came=Sum("kopecks"))
    return {row["paid_on"]: (int(row["came"]), 0) for row in sums}


def settled_by_day(*, since: date, until: date) -> dict[tuple[date, int], Money]:
    """By day and payee: what of it has come to our account, with the commission that was kept of it."""
    rows = DaySettlement.objects.filter(day__gte=since, day__lt=until).values("day", "provider_id")
    sums = rows.annotate(came=Sum("kopecks"), kept=Sum("commission_kopecks"))
    return {(row["day"], row["provider_id"]): Money(int(row["came"] + row["kept"])) for row in sums}


def statement_rows_waiting(*, limit: int | None = None) -> list[StatementRowView]:
    """Rows of statements that nothing fits, the oldest first."""
    rows = StatementRow.objects.filter(state__in=sorted(STATEMENT_WAITS)).order_by("booked_on", "pk")
    return _views(rows[:limit])


def statement_row_by_id(public_id: str) -> StatementRowView | None:
    """One row, wherever it stands."""
    return next(iter(_views(StatementRow.objects.filter(public_id=public_id))), None)


def _views(rows: QuerySet[StatementRow]) -> list[StatementRowView]:
    return [
        StatementRowView(
            public_id=row.public_id,
            booked_on=row.booked_on,
            number=row.number,
            money=row.money,
            name=row.party_name,
            purpose=row.purpose,
            provider_name=row.provider.name,
            source_name=row.source.name if row.source else "",
            differs=row.state == StatementState.DIFFERS,
            since=row.taken_at,
            put_off_until=row.put_off_until,
            said=row.said,
            said_by=row.said_by_name,
            state=StatementState(row.state),
            inn=row.party_inn,
            own_account=row.own_account,
        )
        for row in rows.select_related("provider", "source")
    ]


def statement_taken(*, account: str, sha256: str) -> tuple[datetime, str] | None:
    """When and by whom the same bytes were taken as a statement of this account."""
    rows = BankStatement.objects.filter(account=account, sha256=sha256)
    return rows.values_list("taken_at", "taken_by").first()


def with_waiting_rows() -> list[int]:
    """Keys of the payees of which a row of a statement waits for its days."""
    rows = StatementRow.objects.filter(state=StatementState.WAITING.value)
    return sorted(set(rows.values_list("provider_id", flat=True)))

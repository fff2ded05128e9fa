"""Kept dry runs: totals beside the month before, movers, the sample, every account as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F, Func, QuerySet

from svet.billing.models import BillingMonth, DryRun, DryRunAccount
from svet.billing.rules import BillingReason
from svet.billing.rules.dry_runs import ChargePart, MoverCause
from svet.billing.rules.months import DryRunState
from svet.kernel.periods import Month

_OTHERWISE = """
SELECT count(*)
FROM billing_dryrunaccount d LEFT JOIN billing_charge c ON c.account_id = d.account_id AND c.period = %s
WHERE d.dry_run_id = %s AND coalesce(c.total_kopecks, 0) <> d.kopecks
"""


@dataclass(frozen=True, slots=True)
class ChargeTotals:
    """Accounts charged, kWh, kopecks, and how many of the accounts without a reading."""

    accounts: int
    kwh: Decimal
    kopecks: int
    estimated: int

    @property
    def estimated_percent(self) -> Decimal:
        return Decimal(self.estimated * 1000 // self.accounts) / 10 if self.accounts else Decimal(0)


@dataclass(frozen=True, slots=True)
class PartTotal:
    """What a part of the charges adds to the month."""

    part: ChargePart
    accounts: int
    kwh: Decimal
    kopecks: int


@dataclass(frozen=True, slots=True)
class DryRunView:
    """A dry run with its totals; ``before`` are those of the same accounts the month before."""

    dry_run_id: int
    public_id: str
    provider_id: int
    period: Month
    state: DryRunState
    made_by: str
    made_by_person_id: int | None
    started_at: datetime
    finished_at: datetime | None
    seed: int
    movers_percent: Decimal
    sha256: str
    accounts: int
    now: ChargeTotals
    before: ChargeTotals
    parts: tuple[PartTotal, ...]
    problems: Mapping[BillingReason, int]
    movers: Mapping[MoverCause, int]

    @property
    def problem_count(self) -> int:
        return sum(self.problems.values())

    @property
    def mover_count(self) -> int:
        return sum(self.movers.values())


@dataclass(frozen=True, slots=True)
class DryRunAccountView:
    """One account of a dry run; without ``former_kopecks`` it was not charged the month before."""

    account_public_id: str
    account_number: str
    kwh: Decimal
    kopecks: int
    estimated: bool
    recalculated_kopecks: int
    former_kwh: Decimal | None
    former_kopecks: int | None
    mover: MoverCause | None
    reason: BillingReason | None

    @property
    def moved_kopecks(self) -> int:
        return self.kopecks - (self.former_kopecks or 0)

    @property
    def moved_percent(self) -> int | None:
        """By how much the charge grew, in whole percent; None: from nothing."""
        if not self.former_kopecks:
            return None
        return round(self.moved_kopecks * 100 / abs(self.former_kopecks))


def dry_run_of(*, provider_id: int, period: Month) -> DryRunView | None:
    """The dry run that stands for a month; after the charge the one it was charged by."""
    row = BillingMonth.objects.select_related("dry_run").filter(
        provider_id=provider_id, period=period.first
    ).first()  # fmt: skip
    return None if row is None or row.dry_run is None else dry_run_view(row.dry_run)


def movers_of(*, dry_run_id: int, limit: int, offset: int = 0) -> list[DryRunAccountView]:
    """Accounts beyond the limit, those first whose charge moves most."""
    rows = DryRunAccount.objects.filter(dry_run_id=dry_run_id).exclude(mover="")
    ordered = rows.order_by(Func(F("moved_kopecks"), function="abs").desc(), "account_id")
    return list(_accounts(ordered[offset : offset + limit]))


def sample_of(*, dry_run_id: int) -> list[DryRunAccountView]:
    """The accounts drawn for a person to look at."""
    return list(
        _accounts(DryRunAccount.objects.filter(dry_run_id=dry_run_id, sampled=True).order_by("account_id"))
    )


def accounts_of_dry_run(*, dry_run_id: int) -> Iterator[DryRunAccountView]:
    """Every account, in the order of keys."""
    return _accounts(DryRunAccount.objects.filter(dry_run_id=dry_run_id).order_by("account_id"))


def charged_otherwise(*, dry_run_id: int, period: Month) -> int:
    """How many accounts were charged another sum than the dry run has, or nothing, or nothing then."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERWISE, [period.first, dry_run_id])
        return int(cursor.fetchone()[0])


def dry_run_view(row: DryRun) -> DryRunView:
    """A row with its totals."""
    told = row.result
    return DryRunView(
        dry_run_id=row.pk,
        public_id=row.public_id,
        provider_id=row.provider_id,
        period=Month.of(row.period),
        state=DryRunState(row.state),
        made_by=row.made_by,
        made_by_person_id=row.made_by_person_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        seed=row.seed,
        movers_percent=row.movers_percent,
        sha256=row.sha256,
        accounts=told.get("accounts", 0),
        now=ChargeTotals(
            told.get("charged", 0),
            Decimal(told.get("kwh", 0)),
            told.get("kopecks", 0),
            told.get("estimated", 0),
        ),
        before=ChargeTotals(
            told.get("former_accounts", 0),
            Decimal(told.get("former_kwh", 0)),
            told.get("former_kopecks", 0),
            told.get("former_estimated", 0),
        ),
        parts=tuple(
            PartTotal(part, count, Decimal(kwh), kopecks)
            for part in ChargePart
            if part.value in told.get("parts", {})
            for count, kwh, kopecks in [told["parts"][part.value]]
        ),
        problems={
            BillingReason(reason): count
            for reason, count in sorted(
                told.get("problems", {}).items(), key=lambda each: (-each[1], each[0])
            )
        },
        movers={
            cause: told["movers"][cause.value]
            for cause in MoverCause
            if cause.value in told.get("movers", {})
        },
    )


_SHOWN = (
    "account__public_id", "account__number", "kwh", "kopecks", "estimated", "recalculated_kopecks",
    "former_kwh", "former_kopecks", "mover", "reason",
)  # fmt: skip


def _accounts(rows: QuerySet[DryRunAccount]) -> Iterator[DryRunAccountView]:
    for row in rows.values_list(*_SHOWN, named=True).iterator():
        yield DryRunAccountView(
            account_public_id=row.account__public_id,
            account_number=row.account__number,
            kwh=row.kwh,
            kopecks=row.kopecks,
            estimated=row.estimated,
            recalculated_kopecks=row.recalculated_kopecks,
            former_kwh=row.former_kwh,
            former_kopecks=row.former_kopecks,
            mover=MoverCause(row.mover) if row.mover else None,
            reason=BillingReason(row.reason) if row.reason else None,
        )

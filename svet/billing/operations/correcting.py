"""Prices in use that were loaded wrong: others take their place, the wrong ones stay to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from django.db.models import Count, Exists, OuterRef, Q, Sum

from svet.billing.models import BillingRun, ChargeLine, RunState
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.tariffs import operations as tariffs
from svet.tariffs.operations.correcting import WrongRow
from svet.tariffs.rules.tariff_file import RowError, RowLack, TariffFileRefused, TariffRowReason

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthConcerned:
    """What a charged month of consumption holds by prices that were wrong: so many accounts, so many kWh."""

    period: Month
    accounts: int
    kwh: Decimal


@dataclass(frozen=True, slots=True)
class CorrectionReport:
    """Rows that no longer count, rows that do instead, and the charged months that are to be charged anew."""

    gone: int
    brought: int
    months: tuple[MonthConcerned, ...]
    regions: tuple[str, ...]
    lacks: tuple[RowLack, ...]


def correct_tariffs(
    *, file: Path | BinaryIO, document: str, by: Actor, now: datetime, only_check: bool = False
) -> CorrectionReport:
    """Put the prices of a file in the place of loaded ones, for its days.

    See ``tariffs.rules.tariff_correction`` for what a file may say.
    ``document`` is what says that they are the right ones. Rows that no longer count keep standing behind
    what was charged by them, and are read as what was known then. The next run posts the difference.
    The same file twice changes nothing; ``only_check`` never does.
    :raises TariffFileRefused: something in the file is wrong, or there is nothing it could correct
    """
    with use_case():
        plan = tariffs.plan_correction(file)
        _refuse_while_charging(plan.regions)
        months = _months(plan.wrong)
        if not only_check:
            tariffs.apply_correction(plan, document=document, by=by, now=now)
    return CorrectionReport(
        gone=len(plan.gone),
        brought=len(plan.fresh),
        months=months,
        regions=plan.regions,
        lacks=plan.lacks,
    )


def _refuse_while_charging(regions: Sequence[str]) -> None:
    """A month is charged by one set of prices. :raises TariffFileRefused: a run of the region goes on"""
    run = BillingRun.objects.filter(provider__region__in=regions, state=RunState.RUNNING.value).first()
    if run is not None:
        month = Month.of(run.period)
        raise TariffFileRefused([RowError(0, "", TariffRowReason.MONTH_RUNNING, str(month))])


def _months(wrong: Sequence[WrongRow]) -> tuple[MonthConcerned, ...]:
    """Standing lines that share a day with the wrong prices they were charged by, month after month."""
    spans: dict[tuple[date, date | None], list[int]] = {}
    for each in wrong:
        spans.setdefault((each.since, each.until), []).append(each.row_id)
    concerned = Q(pk__in=[])
    for (since, until), rows in spans.items():
        touched = Q(tariff_row__in=rows, until_on__gt=since)
        concerned |= touched if until is None else touched & Q(since_on__lt=until + _DAY)
    reversals = ChargeLine.objects.filter(reverses=OuterRef("pk"))
    found = (
        ChargeLine.objects.filter(concerned, ~Exists(reversals), reverses=None)
        .values("month")
        .annotate(accounts=Count("account", distinct=True), kwh=Sum("kwh"))
        .order_by("month")
    )
    return tuple(MonthConcerned(Month.of(row["month"]), row["accounts"], row["kwh"]) for row in found)

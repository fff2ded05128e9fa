"""Tariff files come in, unless days behind a new end have been charged by what it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from django.db.models import Exists, OuterRef

from svet.billing.models import ChargeLine
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.tariffs import operations as tariffs
from svet.tariffs.operations.loading import EndingRows
from svet.tariffs.rules.tariff_file import RowError, RowLack, TariffFileRefused, TariffRowReason


@dataclass(frozen=True, slots=True)
class TariffReport:
    """How many rows of the file were new, how many had been loaded before, and what the publication lacks."""

    added: int
    unchanged: int
    regions: tuple[str, ...]
    lacks: tuple[RowLack, ...] = ()


def load_tariffs(*, file: Path | BinaryIO, now: datetime, only_check: bool = False) -> TariffReport:
    """Load a tariff file (see ``tariffs.operations``); loaded prices are never changed by it.

    ``only_check`` says what would come of it and changes nothing.
    :raises TariffFileRefused: something in it is wrong, it contradicts what is loaded, or a table that it
        ends is charged beyond that day; nothing is applied
    """
    with use_case():
        plan = tariffs.plan_tariffs(file)
        _refuse_charged(plan.ending)
        if not only_check:
            tariffs.apply_tariffs(plan, now=now)
    return TariffReport(
        added=len(plan.fresh), unchanged=plan.unchanged, regions=plan.regions, lacks=plan.lacks
    )


def close_table(*, region: str, group: str, last: date, now: datetime, by: Actor) -> int:
    """Give the open table of a group its last day; says how many rows, none when it ends so already.

    :raises TariffFileRefused: the group has no such table, it ends otherwise, or is charged beyond the day
    """
    with use_case():
        ending = tariffs.plan_closing(region=region, group=group, last=last)
        _refuse_charged(ending)
        return tariffs.apply_closing(ending, region=region, group=group, last=last, now=now, by=by)


def _refuse_charged(ending: Sequence[EndingRows]) -> None:
    """:raises TariffFileRefused: a charge stands on a day behind a new end by one of its rows"""
    for each in ending:
        reversals = ChargeLine.objects.filter(reverses=OuterRef("pk"))
        charged = ChargeLine.objects.filter(~Exists(reversals), reverses=None, until_on__gt=each.last)
        if charged.filter(tariff_row__in=each.row_ids).exists():
            raise TariffFileRefused(
                [
                    RowError(
                        each.file_row, "valid_from", TariffRowReason.ALREADY_CHARGED, each.last.isoformat()
                    )
                ]
            )

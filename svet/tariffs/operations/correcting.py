"""Prices in use that were loaded wrong: others take their place, the wrong ones stay to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.tariffs.models import TariffCorrection, TariffRow
from svet.tariffs.operations.loading import add_rows, file_bytes
from svet.tariffs.queries.tariff_lines import FIELDS, loaded_lines
from svet.tariffs.rules.tariff_correction import Correction, correct, wrong_before
from svet.tariffs.rules.tariff_ends import Key
from svet.tariffs.rules.tariff_file import RowLack, TariffFileRefused, TariffLine, read


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row whose price is wrong from ``since`` to ``until``, its last day (``None``: no end).

    It counts until the correction, or an earlier one took it away.
    """

    row_id: int
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """Rows that would no longer count, rows that would instead, and the days of wrong prices."""

    gone: tuple[int, ...]
    fresh: tuple[TariffLine, ...]
    wrong: tuple[WrongRow, ...]
    regions: tuple[str, ...]
    lacks: tuple[RowLack, ...]


def plan_correction(file: Path | BinaryIO) -> CorrectionPlan:
    """What would come of a file whose prices take the place of loaded ones (see ``rules.tariff_correction``).

    :raises TariffFileRefused: something in the file is wrong, or there is nothing it could correct
    """
    lines, errors = read(file_bytes(file))
    regions = tuple(sorted({line.region for line in lines}))
    done = correct(lines, loaded_lines(regions))
    errors += done.errors
    if errors:
        raise TariffFileRefused(sorted(errors, key=lambda error: error.row))
    ids = _ids(regions)
    return CorrectionPlan(
        gone=tuple(ids[row.key] for row in done.gone),
        fresh=tuple(done.fresh),
        wrong=(
            *(WrongRow(ids[each.row.key], each.since, each.until) for each in done.wrong),
            *_wrong_before(done, regions),
        ),
        regions=regions,
        lacks=tuple(done.lacks),
    )


def apply_correction(plan: CorrectionPlan, *, document: str, by: Actor, now: datetime) -> None:
    """Put the new rows in the place of the wrong ones, which stay to be read; or do nothing."""
    if not plan.gone:
        return
    correction = TariffCorrection.objects.create(document=document, made_by=by.name, made_at=now)
    TariffRow.objects.filter(pk__in=plan.gone).update(gone_with=correction)
    add_rows(plan.fresh, now=now, correction=correction)
    journal.record(
        by=by,
        action="tariffs.corrected",
        subject="tariffs",
        subject_id=str(correction.pk),
        now=now,
        after={"document": document, "gone": len(plan.gone), "brought": len(plan.fresh)},
    )


def _wrong_before(done: Correction, regions: Sequence[str]) -> Iterator[WrongRow]:
    """Rows that earlier corrections took away, by which somebody may stand charged still."""
    if done.wrong:
        gone = TariffRow.objects.filter(region__in=regions).exclude(gone_with=None)
        for row_id, *row in gone.order_by("pk").values_list("pk", *FIELDS):
            for since, until in wrong_before(done, TariffLine(*row)):
                yield WrongRow(row_id, since, until)


def _ids(regions: Sequence[str]) -> dict[Key, int]:
    rows = TariffRow.objects.filter(region__in=regions, gone_with=None).values_list(
        "region", "group_code", "scheme", "zone", "range_no", "valid_from", "id"
    )
    return {row[:6]: row[6] for row in rows}

"""What runs have shown of accounts' penalties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Max, Sum
from pydantic import TypeAdapter

from svet.kernel.lookups import key_array
from svet.kernel.periods import Month
from svet.penalties.models import PenaltyRun, ShownPenalty
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.rules.showing import PenaltyLine, ShownCause, ShownPart, shown_part
from svet.tariffs.rules.law import LawAct, LawMissing

_LINES: TypeAdapter[tuple[PenaltyLine, ...]] = TypeAdapter(tuple[PenaltyLine, ...])


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A difference that was posted, with what explains it; ``lines`` are all that should stand by it."""

    no: int
    period: Month
    through: date
    known_seq: int
    posting_seq: int
    should: int
    kopecks: int
    cause: ShownCause
    lines: tuple[PenaltyLine, ...]
    part: ShownPart
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class PenaltyRunView:
    """How a month's penalties were shown; ``untold`` accounts wait for the act that ``missing`` names."""

    provider_id: int
    period: Month
    mode: PenaltyMode
    accounts: int
    kopecks: int
    untold: int
    missing: LawMissing | None
    ran_at: datetime


def dumped(lines: Collection[PenaltyLine]) -> list[dict[str, Any]]:
    """Lines as plain JSON values."""
    found: list[dict[str, Any]] = _LINES.dump_python(tuple(lines), mode="json")
    return found


def shown_rows(account_ids: Collection[int]) -> dict[int, list[ShownRow]]:
    """What was posted to each account, in order; accounts without any have an empty list."""
    found: dict[int, list[ShownRow]] = {account_id: [] for account_id in account_ids}
    earlier: dict[int, tuple[PenaltyLine, ...]] = defaultdict(tuple)
    for row in ShownPenalty.objects.filter(account_id__in=account_ids).order_by("account_id", "no"):
        lines = _LINES.validate_python(row.lines)
        found[row.account_id].append(
            ShownRow(
                no=row.no,
                period=Month.of(row.period),
                through=row.through,
                known_seq=row.known_seq,
                posting_seq=row.posting_seq,
                should=row.should_kopecks,
                kopecks=row.kopecks,
                cause=ShownCause(row.cause),
                lines=lines,
                part=shown_part(
                    lines,
                    earlier[row.account_id],
                    before=row.before_kopecks,
                    kopecks=row.kopecks,
                    through=row.through,
                    cause=ShownCause(row.cause),
                ),
                posted_at=row.posted_at,
            )
        )
        earlier[row.account_id] = lines
    return found


@dataclass(frozen=True, slots=True)
class ShownSoFar:
    """What runs have posted to an account in all: ``kopecks`` by ``no`` rows, each under its number."""

    no: int = 0
    known_seq: int = 0
    kopecks: int = 0
    through: date = date.min
    posting_seqs: frozenset[int] = frozenset()


def shown_so_far(account_ids: Collection[int]) -> dict[int, ShownSoFar]:
    """As :func:`shown_rows` by sums alone, without the days that explain them."""
    rows = (
        ShownPenalty.objects.filter(account_id__in=account_ids)
        .values("account_id")
        .annotate(Max("no"), Max("known_seq"), Sum("kopecks"), Max("through"), seqs=ArrayAgg("posting_seq"))
    )
    found = dict.fromkeys(account_ids, ShownSoFar())
    for row in rows:
        found[row["account_id"]] = ShownSoFar(
            no=row["no__max"],
            known_seq=row["known_seq__max"],
            kopecks=int(row["kopecks__sum"]),
            through=row["through__max"],
            posting_seqs=frozenset(row["seqs"]),
        )
    return found


def has_shown(account_ids: Collection[int]) -> set[int]:
    """Those of the accounts to which anything was ever posted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT account_id FROM penalties_shownpenalty WHERE account_id = ANY(%s::bigint[])",
            [key_array(account_ids)],
        )
        return {account_id for (account_id,) in cursor.fetchall()}


def last_runs(provider_id: int, *, limit: int) -> list[PenaltyRunView]:
    """The newest months of a supplier whose bills were issued."""
    return [
        _run(row) for row in PenaltyRun.objects.filter(provider_id=provider_id).order_by("-period")[:limit]
    ]


def untold_runs() -> list[PenaltyRunView]:
    """Of each supplier the newest month, where penalties of accounts could not be counted in it."""
    rows = PenaltyRun.objects.order_by("provider_id", "-period").distinct("provider_id")
    return [_run(row) for row in rows if row.untold]


def _run(row: PenaltyRun) -> PenaltyRunView:
    missing = LawMissing(LawAct(row.missing), row.missing_on) if row.missing and row.missing_on else None
    return PenaltyRunView(
        provider_id=row.provider_id,
        period=Month.of(row.period),
        mode=PenaltyMode(row.mode),
        accounts=row.accounts,
        kopecks=row.kopecks,
        untold=row.untold,
        missing=missing,
        ran_at=row.ran_at,
    )

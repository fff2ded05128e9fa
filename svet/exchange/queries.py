"""Reads of the registers taken."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from svet.accounts.queries import ProviderView
from svet.accounts.queries.contracts import contracts
from svet.exchange.models import ImportFile, ImportRow, LoadedFile
from svet.exchange.rules.readings import CHANNELS
from svet.exchange.rules.readings import COLUMNS as READING_COLUMNS
from svet.kernel.frozen import frozen
from svet.kernel.periods import Month
from svet.kernel.writing import plain_number, safe_cell
from svet.metering.queries import SetView, reading_sets
from svet.metering.rules import EFFECTIVE, cut_off

_AT_ONCE = 2_000
#: Channels that a register of readings has a word for; the others came by the portal.
_SOURCES = {each: each for each in CHANNELS} | {"api": "web", "quick": "web", "absence": "web"}


def waiting_line(reference: str) -> tuple[str, int, str] | None:
    """Where a row that waits stands: the register's number, its line there, and the line as it came."""
    rows = ImportRow.objects.filter(reference=reference, state__in=["suspense", "changed"])
    return rows.order_by("pk").values_list("file__number", "line_no", "raw").first()


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A register that was taken: how many rows, and what became of them."""

    number: str
    name: str
    taken_at: datetime
    taken_by: str
    rows: int
    applied: int
    repeated: int
    suspense: int
    changed: int
    rejected: int
    sum_kopecks: int | None


@dataclass(frozen=True, slots=True)
class LoadedView:
    """A register loaded by page: where it stands, what would become of its rows, or became."""

    public_id: str
    name: str
    source: str
    loaded_at: datetime
    loaded_by: str
    state: str
    verdict: dict[str, Any]
    decided_by: str
    decided_at: datetime | None
    number: str
    has_rejects: bool


def loaded_files(*, limit: int) -> list[LoadedView]:
    """Registers loaded by page, the newest first; those thrown away are not shown."""
    rows = _loaded().exclude(state=LoadedFile.Stage.THROWN).order_by("-loaded_at", "-pk")
    return [_loaded_view(row) for row in rows[:limit]]


def loaded_file(public_id: str) -> LoadedView | None:
    """The loaded register with this id."""
    row = _loaded().filter(public_id=public_id).first()
    return None if row is None else _loaded_view(row)


def rejects_of(public_id: str) -> bytes:
    """The rows of a taken register that were not taken, as a register of their own; empty without any."""
    found = LoadedFile.objects.filter(public_id=public_id).values_list("rejects", flat=True).first()
    return bytes(found or b"")


def loaded_waiting() -> int:
    """How many loaded registers wait for a decision."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[LoadedFile, int]:
    rows = LoadedFile.objects.filter(state__in=[LoadedFile.Stage.JUDGED, LoadedFile.Stage.HELD])
    return rows.values_list("pk", flat=True)


def _loaded() -> QuerySet[LoadedFile]:
    return (
        LoadedFile.objects.defer("content", "rejects")
        .select_related("register")
        .annotate(rejected=Length("rejects"))
    )


def _loaded_view(row: Any) -> LoadedView:
    return LoadedView(
        public_id=row.public_id,
        name=row.name,
        source=row.source,
        loaded_at=row.loaded_at,
        loaded_by=row.loaded_by,
        state=row.state,
        verdict=row.verdict,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        number=row.register.number if row.register else "",
        has_rejects=bool(row.rejected),
    )


def taken_files(*, limit: int) -> list[RegisterView]:
    """Registers of payments that were taken, by page or by command, the newest first."""
    rows = ImportFile.objects.filter(profile=ImportFile.Profile.PAYMENTS).order_by("-taken_at", "-pk")
    return [_register(row) for row in rows[:limit]]


def register_by_number(number: str) -> RegisterView | None:
    """The register with this number («Р-…»)."""
    row = ImportFile.objects.filter(number=number).first()
    return None if row is None else _register(row)


def _register(row: ImportFile) -> RegisterView:
    return RegisterView(
        number=row.number,
        name=row.name,
        taken_at=row.taken_at,
        taken_by=row.taken_by,
        rows=row.rows,
        applied=row.applied,
        repeated=row.repeated,
        suspense=row.suspense,
        changed=row.changed,
        rejected=row.rejected,
        sum_kopecks=row.sum_kopecks,
    )


# Each posting of a register has its row, each row its posting, of the same sum on the account of its key.
_POSTED = """
SELECT coalesce(l.key, r.reference) FROM (
    SELECT t.key, p.account_id, coalesce(sum(p.kopecks), 0) AS kopecks FROM ledger_transaction_door t
    LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'receivable'
    WHERE t.kind = %(kind)s AND t.key LIKE %(prefix)s || ':%%' GROUP BY 1, 2
) l
FULL JOIN (
    SELECT reference, kopecks FROM exchange_importrow
    WHERE profile = %(profile)s AND state = 'applied' AND kopecks <> 0
) r ON r.reference = l.key
WHERE l.kopecks IS DISTINCT FROM r.kopecks OR split_part(l.key, ':', 2) <> l.account_id::text LIMIT 100
"""


def broken() -> list[str]:
    """Registers whose rows and sums do not add up to what the file said (I-12)."""
    wrong = ImportFile.objects.exclude(
        rows=F("applied") + F("repeated") + F("suspense") + F("rejected") + F("changed")
    ).values_list("number", flat=True)
    breaches = [_("реестр {number}: строки не сходятся с итогом").format(number=number) for number in wrong]
    counted = (ImportRow.State.APPLIED, ImportRow.State.SUSPENSE)
    sums = (
        ImportRow.objects.filter(profile__in=["payments", "openings", "charges"], state__in=counted)
        .values("file__number", "file__sum_kopecks")
        .annotate(total=Sum("kopecks"))
        .exclude(total=F("file__sum_kopecks"))
    )
    breaches += [_("реестр {number}: сумма строк другая").format(number=row["file__number"]) for row in sums]
    breaches += [
        _("начальный остаток {key}: строка и книга счетов различаются").format(key=key)
        for key in _unmatched(kind="opening", prefix="opening", profile="openings")
    ]
    breaches += [
        _("начисление поставщика {key}: строка и книга счетов различаются").format(key=key)
        for key in _unmatched(kind="charge", prefix="billed", profile="charges")
    ]
    return breaches


def _unmatched(**given: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, given)
        return [row[0] for row in cursor.fetchall()]


def readings_register(provider: ProviderView, period: Month) -> tuple[bytes, int]:
    """The last counting readings of a month of each meter of a supplier, as the register of readings, and how
    many: for a supplier that charges by itself (decision 208).

    A month is what its window makes of it: the days after the former cut-off, up to its own.
    """
    since, until = (
        cut_off(period.plus(step), window_to_day=provider.window_to_day) + timedelta(days=1)
        for step in (-1, 0)
    )
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.name for column in READING_COLUMNS])
    reached = count = 0
    while found := contracts(
        provider_id=provider.provider_id, opened_before=until, after=reached, limit=_AT_ONCE
    ):
        reached = found[-1].account_id
        numbers: dict[int, str] = {one.account_id: one.number for one in found}
        last: dict[int, SetView] = {}
        for view in reading_sets(account_ids=list(numbers), since=since, until=until):
            if view.state in EFFECTIVE:
                last.setdefault(view.meter_id, view)
        for view in sorted(last.values(), key=lambda one: (numbers[one.account_id], one.serial)):
            shown = [plain_number(value.value).replace(".", ",") for value in view.values]
            cells = [view.receipt_number, numbers[view.account_id], view.serial, f"{view.read_on:%d.%m.%Y}"]
            writer.writerow([*map(safe_cell, cells), *[*shown, "", ""][:3], _SOURCES.get(view.channel, "")])
            count += 1
    return text.getvalue().encode("utf-8-sig"), count

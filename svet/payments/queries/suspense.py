"""Reads of registers of payments: who sends them, and what of them waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import Claim, ImportedPayment, Source
from svet.payments.rules.layouts import PLAIN_LAYOUT, Layout
from svet.payments.rules.registers import WAITING, CaseKind, RegisterState, WaitReason
from svet.staffing.texts import name_in_words


@dataclass(frozen=True, slots=True)
class SourceView:
    """Who sends registers; ``provider_id`` is whose money it brings, None when several providers'."""

    code: str
    name: str
    provider_id: int | None
    provider_code: str
    layout: Layout = PLAIN_LAYOUT


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row of a register that waits for a person, or waited."""

    public_id: str
    source: str
    source_name: str
    external_id: str
    money: Money
    paid_on: date
    effective_on: date
    account_text: str
    payer: str
    office: str
    provider_id: int
    provider_name: str
    state: RegisterState
    reason: WaitReason | None
    since: datetime
    key: str

    @property
    def posted(self) -> bool:
        """Whether its money lies in the books of suspense."""
        return self.state is RegisterState.SUSPENSE


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has taken a case, and when."""

    person_id: int
    name: str
    taken_at: datetime


def owners(*, kind: CaseKind, subjects: Collection[str]) -> dict[str, Owner]:
    """Who has taken these cases; those of nobody are absent."""
    rows = Claim.objects.filter(kind=kind.value, subject__in=subjects)
    return {row.subject: Owner(row.person_id, name_in_words(row.name), row.taken_at) for row in rows}


def sources() -> list[SourceView]:
    """Every named source, by code."""
    return [_source(row) for row in Source.objects.select_related("provider").order_by("code")]


def source_by_code(code: str) -> SourceView | None:
    """The source with this code."""
    row = Source.objects.select_related("provider").filter(code=code.replace("\0", "")).first()
    return None if row is None else _source(row)


def _source(row: Source) -> SourceView:
    return SourceView(
        row.code, row.name, row.provider_id, row.provider.code if row.provider else "", row.layout
    )


def waiting(*, limit: int | None = None, text: str = "", kopecks: int | None = None) -> list[WaitingRow]:
    """Rows that wait, oldest first; ``text`` finds by number, account or payer, ``kopecks`` by sum."""
    rows = ImportedPayment.objects.filter(state__in=sorted(WAITING))
    if text or kopecks is not None:
        by_text = (
            Q(external_id=text) | Q(account_text__icontains=text) | Q(payer__icontains=text) if text else Q()
        )
        by_sum = Q(kopecks__in=[kopecks, -kopecks]) if kopecks is not None else Q()
        rows = rows.filter(by_text | by_sum)
    return _views(rows.order_by("applied_at", "pk")[:limit])


def waiting_count() -> int:
    """How many rows wait."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[ImportedPayment, int]:
    return ImportedPayment.objects.filter(state__in=sorted(WAITING)).values_list("pk", flat=True)


def row_by_id(public_id: str) -> WaitingRow | None:
    """One row that waits or waited; None when there is no such row."""
    return next(iter(_views(ImportedPayment.objects.filter(public_id=public_id))), None)


def accounts_of_number(number: str) -> list[int]:
    """Keys of the accounts on which payments with this number of a bank stand."""
    rows = ImportedPayment.objects.filter(external_id=number, account__isnull=False).order_by("-pk")
    return [key for key in rows.values_list("account_id", flat=True)[:50] if key is not None]


def rows_without_account(number: str) -> list[WaitingRow]:
    """Rows with this number of a bank that stand on no account, newest first: waiting, returned or closed."""
    rows = ImportedPayment.objects.filter(external_id=number, account__isnull=True)
    return _views(rows.order_by("-pk")[:50])


def first_of(row: WaitingRow) -> WaitingRow | None:
    """The row that came first under the identity of one that differs."""
    earlier = ImportedPayment.objects.filter(external_id=row.external_id, paid_on=row.paid_on)
    sign = Q(kopecks__gt=0) if row.money.kopecks > 0 else Q(kopecks__lt=0)
    found = _views(earlier.filter(sign).exclude(public_id=row.public_id).order_by("pk")[:1])
    return found[0] if found else None


def _views(rows: QuerySet[ImportedPayment]) -> list[WaitingRow]:
    names = dict(Source.objects.values_list("code", "name"))
    return [
        WaitingRow(
            public_id=row.public_id,
            source=row.source,
            source_name=names.get(row.source, ""),
            external_id=row.external_id,
            money=row.money,
            paid_on=row.paid_on,
            effective_on=row.effective_on,
            account_text=row.account_text,
            payer=row.payer,
            office=row.office,
            provider_id=row.provider_id,
            provider_name=row.provider.name,
            state=RegisterState(row.state),
            reason=WaitReason(row.reason) if row.reason else None,
            since=row.applied_at,
            key=row.ledger_key,
        )
        for row in rows.select_related("provider")
    ]

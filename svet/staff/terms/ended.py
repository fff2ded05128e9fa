"""«Окончания договоров»: contracts that end, by month, with their last bill and what is owed; a file too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.accounts.queries import provider_today
from svet.accounts.queries.ended import (
    EndedContract,
    ended_contracts,
    every_ended_contract,
    months_of_ends,
)
from svet.billing.queries.closing import ToldEnd, charged_with_ends
from svet.bills import queries as bills
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.writing import safe_cell
from svet.ledger import queries as ledger
from svet.look.formats import day, moment
from svet.look.requests import now_of
from svet.metering.rules import period_of
from svet.staff.shell.desk import desk_page
from svet.staff.shell.sheets import line_of
from svet.staffing.rules import Permission

PAGE = 50
_PART = 500


class EndedRow(NamedTuple):
    """A line of the list: how far the contract's last bill is, and what is owed now."""

    ended: EndedContract
    stage: str
    owed: Money

    @property
    def over(self) -> Money:
        """What was paid above what is owed."""
        return -self.owed


@require_safe
@desk_page(Permission.TERMS)
def ended(request: HttpRequest) -> HttpResponse:
    """A page of the list."""
    month, number = _month(request), _page(request)
    found = ended_contracts(month=month, offset=(number - 1) * PAGE, limit=PAGE + 1)
    months = months_of_ends()
    context = {
        "month": month,
        "months": months,
        "rows": _rows(found[:PAGE], now=now_of(request)),
        "count": sum(count for each, count in months if month in (None, each)),
        "query": f"month={month}" if month is not None else "",
        "before": number - 1,
        "after": number + 1 if len(found) > PAGE else 0,
    }
    return render(request, "staff/ended.html", context)


@require_safe
@desk_page(Permission.TERMS)
def ended_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same list, whole, for a spreadsheet."""
    month = _month(request)
    return StreamingHttpResponse(
        _lines(month, now=now_of(request)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="ended-{month or "all"}.csv"'},
    )


def _lines(month: Month | None, *, now: datetime) -> Iterator[str]:
    yield "\ufeff"
    yield line_of([_("Аб. №"), _("Поставщик услуг"), _("Адрес"), _("Начислений нет с"), _("Причина"),
                 _("Внесено"), _("Последний счёт"), _("Долг, ₽")])  # fmt: skip
    for part in every_ended_contract(month=month, part=_PART):
        for row in _rows(part, now=now):
            account, told = row.ended.account, row.ended
            yield line_of([
                account.number, safe_cell(account.provider.name), safe_cell(told.address),
                day(told.closed_on), safe_cell(told.reason), moment(told.known_at), row.stage,
                f"{Decimal(row.owed.kopecks) / 100:.2f}".replace(".", ","),
            ])  # fmt: skip


def _rows(found: Sequence[EndedContract], *, now: datetime) -> list[EndedRow]:
    ids = [each.account.account_id for each in found]
    last, owed = bills.last_bills(account_ids=ids, months=1), ledger.balances(ids)
    charged = charged_with_ends([_told(each) for each in found])
    return [
        EndedRow(
            each, _stage(each, last[each.account.account_id], charged, now=now), owed[each.account.account_id]
        )
        for each in found
    ]


def _told(each: EndedContract) -> ToldEnd:
    account = each.account
    month = period_of(each.closed_on, window_to_day=account.provider.window_to_day)
    return ToldEnd(account.account_id, account.provider.provider_id, month, each.known_at)


def _stage(
    each: EndedContract,
    billed: Sequence[bills.BillSummary],
    charged: Mapping[int, Month | None],
    *,
    now: datetime,
) -> str:
    """Whether the bill that knows of the end has been issued: one made of a charge that knew of it."""
    provider, key = each.account.provider, each.account.account_id
    if not provider.service.charged_here:
        return _("Счета делает поставщик")
    if each.closed_on > provider_today(provider, now):
        return _("Договор ещё действует")
    if key not in charged:
        return _("Ещё не выставлен")
    month = charged[key]
    if month is None:
        return _("Не будет: начислять нечего")
    if billed and billed[0].month >= month:
        return _("Выставлен: %(number)s") % {"number": billed[0].number}
    return _("Ещё не выставлен")


def _month(request: HttpRequest) -> Month | None:
    """The month that is asked for; anything else is all of them."""
    try:
        return Month.parse(request.GET.get("month", ""))
    except ValueError:
        return None


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= 100_000 else 1


urlpatterns: list[URLPattern] = [
    path("ended/", ended, name="staff-ended"),
    path("ended.csv", ended_csv, name="staff-ended-csv"),
]

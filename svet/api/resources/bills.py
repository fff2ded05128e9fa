"""Bills: the list, one with every line explained, and its PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from svet.accounts import queries as account_queries
from svet.accounts.queries.registry import accounts_by_id
from svet.api.resources.accounts import ids_of, note_stranger
from svet.api.resources.usage_schemas import AlikeOut, ForecastOut, UsageMonthOut
from svet.api.shell.contract import file_of
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import (
    BillDetailOut,
    BillOut,
    Day,
    ProblemOut,
)
from svet.billing.queries.explaining import calculation_file
from svet.bills import operations, queries
from svet.bills.queries import BillNotFound, BillSummary, BillView
from svet.kernel.writing import plain_number
from svet.people.rules import Scope
from svet.usage.queries import alike_of, month_forecast, story_of
from svet.usage.rules import AlikeGap, outer

router = Router(tags=["Bills"], auth=AUTH)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/bills", response={200: list[BillOut], 404: ProblemOut}, summary="Bills")
def bills(
    request: HttpRequest,
    account_id: str = "",
    since: Day | None = None,
    until: Day | None = None,
) -> list[dict[str, Any]]:
    """Bills issued in ``since`` ≤ day < ``until``, newest first."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    accounts = ids_of(caller, account_id)
    found = queries.bills(account_ids=list(accounts), since=since, until=until, limit=500)
    return [_summary(bill, accounts[bill.account_id]) for bill in found]


@router.get("/bills/{bill_id}", response={200: BillDetailOut, 404: ProblemOut}, summary="One bill, explained")
def bill(request: HttpRequest, bill_id: str) -> dict[str, Any]:
    """Every line with kWh × price, the readings behind it and the tariff row with its source."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    view = _view(caller, bill_id)
    document = view.document
    return _summary(view.summary, view.account_public_id) | {
        "holder": view.holder,
        "address": view.address,
        "movements": [asdict(each) for each in document.movements],
        "lines": [_plain(asdict(line)) for line in document.lines],
        "readings": [_plain(asdict(row)) for row in document.readings],
        "streams": _plain(asdict(document.streams)) if document.streams else None,
    }


@router.get(
    "/bills/{bill_id}/pdf",
    response={404: ProblemOut},
    summary="A bill as PDF",
    openapi_extra=file_of("application/pdf"),
)
def bill_pdf(request: HttpRequest, bill_id: str) -> HttpResponse:
    """The bill with its payment QR code, ``application/pdf``; always the same bytes."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    view = _view(caller, bill_id)
    content = operations.pdf_of(view.summary.bill_id, masked=view.masked, now=timezone.now())
    name = f'inline; filename="{view.summary.month}-{view.summary.public_id}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})


@router.get(
    "/bills/{bill_id}/calculation",
    response={404: ProblemOut},
    summary="A bill's calculation",
    openapi_extra={
        "responses": {
            200: {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}
        }
    },
)
def bill_calculation(request: HttpRequest, bill_id: str) -> HttpResponse:
    """Facts, prices and lines behind the bill, format ``svet-bill/1``: ``svet replay`` recomputes it."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    view = _view(caller, bill_id)
    text = calculation_file(view.summary.account_id, view.summary.month, masked=view.masked)
    if text is None:
        raise not_found()
    return HttpResponse(text, content_type="application/json")


@router.get(
    "/accounts/{account_id}/reconciliation.pdf",
    response={404: ProblemOut, 422: ProblemOut},
    summary="A reconciliation statement as PDF",
    openapi_extra=file_of("application/pdf"),
)
def reconciliation_pdf(request: HttpRequest, account_id: str, since: Day, until: Day) -> HttpResponse:
    """What was owed, every movement of ``since`` ≤ day < ``until`` and what is owed; five years at most."""
    return _reconciliation(request, account_id, since, until, operations.ReconciliationForm.PDF)


@router.get(
    "/accounts/{account_id}/reconciliation.xlsx",
    response={404: ProblemOut, 422: ProblemOut},
    summary="A reconciliation statement as XLSX",
    openapi_extra=file_of(_WORKBOOK),
)
def reconciliation_xlsx(request: HttpRequest, account_id: str, since: Day, until: Day) -> HttpResponse:
    """The same as a workbook, with dates and sums to count with."""
    return _reconciliation(request, account_id, since, until, operations.ReconciliationForm.XLSX)


@router.get(
    "/accounts/{account_id}/usage",
    response={200: list[UsageMonthOut], 404: ProblemOut},
    summary="Up to 24 months of bills by zone",
)
def usage(request: HttpRequest, account_id: str) -> list[dict[str, Any]]:
    """The months of the account, newest first; the parts of a month come to its bill, to the kopeck.

    ``kwh`` is the own use; ``estimated_kwh`` of it nobody has read. ``days`` is null where the lines do not
    tell them.
    """
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    return [
        {
            "month": str(each.month),
            "bill_id": each.bill_public_id,
            "kwh": plain_number(each.kwh),
            "days": each.days or None,
            "zones": [
                {"zone": one.zone, "kwh": plain_number(one.kwh), "kopecks": one.kopecks} for one in each.zones
            ],
            "house_kopecks": each.house,
            "corrected_kwh": plain_number(each.corrected_kwh),
            "corrected_kopecks": each.corrected,
            "decided_kopecks": each.decided,
            "total_kopecks": each.kopecks,
            "estimated_kwh": plain_number(each.estimated),
            "control": each.control,
            "away": each.away,
        }
        for each in story_of(account_id=key).months
    ]


@router.get(
    "/accounts/{account_id}/alike",
    response={200: AlikeOut, 404: ProblemOut},
    summary="The last month beside dwellings alike",
)
def alike(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """The same price group, residents and heating, of at least twenty; ``standing``: less, same, more."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    found = alike_of(actor=caller.actor, account_id=key, story=story_of(account_id=key))
    told = None if isinstance(found, AlikeGap) else found
    return {
        "missing": found if isinstance(found, AlikeGap) else None,
        "month": told and str(told.month),
        "residents": told and told.residents,
        "electric_heating": None if told is None else told.electric_heating,
        "accounts": told and told.accounts,
        "median_kwh": told and plain_number(told.median.quantize(Decimal(1))),
        "own_kwh": told and plain_number(told.own),
        "standing": told and told.standing,
    }


@router.get(
    "/accounts/{account_id}/forecast",
    response={200: ForecastOut, 404: ProblemOut},
    summary="What the open month is likely to come to",
)
def forecast(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """A range of kWh and of the bill's kopecks, by the rules of billing itself; how the last three came true.

    Bounds are rounded away from the middle: kWh to tens, money to the kopeck as billing priced it.
    """
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    (account,) = accounts_by_id([key])
    today = account_queries.provider_today(account.provider, timezone.now())
    found = month_forecast(account_id=key, story=story_of(account_id=key), on=today)
    told = found.told
    return {
        "month": str(found.month),
        "missing": found.gap,
        "since": told and str(told.since),
        "ends_on": told and told.ends_on,
        "low_kwh": told and plain_number(outer(max(told.low.kwh, Decimal(0)))),
        "high_kwh": told and plain_number(outer(max(told.high.kwh, Decimal(0)), up=True)),
        "low_kopecks": told and told.low.bill and told.low.bill.kopecks,
        "high_kopecks": told and told.high.bill and told.high.bill.kopecks,
        "first_range_kwh": told and told.first_kwh,
        "first_price": told and told.first_price and plain_number(told.first_price),
        "next_price": told and told.next_price and plain_number(told.next_price),
        "past": [
            {
                "month": str(each.month),
                "low_kwh": plain_number(each.low),
                "high_kwh": plain_number(each.high),
                "came_kwh": plain_number(each.came),
                "kept": each.kept,
            }
            for each in found.kept
        ],
    }


def _reconciliation(
    request: HttpRequest, account_id: str, since: date, until: date, form: operations.ReconciliationForm
) -> HttpResponse:
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    ids_of(caller, account_id)
    file = operations.reconciliation_file(
        actor=caller.actor,
        account_public_id=account_id,
        since=since,
        # Programs name the first day after it, people the last day of it.
        until=max(until, date.min + timedelta(days=1)) - timedelta(days=1),
        form=form,
        now=timezone.now(),
    )
    name = f'attachment; filename="{file.name}"'
    return HttpResponse(file.content, content_type=file.media_type, headers={"Content-Disposition": name})


def _view(caller: Caller, bill_id: str) -> BillView:
    try:
        view = queries.bill_for(actor=caller.actor, public_id=bill_id)
    except BillNotFound:
        view = None
    if view is None or not caller.opens_account(view.account_public_id):
        note_stranger(caller, "api.bill_not_found", bill_id)
        raise not_found()
    return view


def _summary(bill: BillSummary, account_id: str) -> dict[str, Any]:
    return {
        "id": bill.public_id,
        "number": bill.number,
        "account_id": account_id,
        "period": str(bill.month),
        "issued_on": bill.issued_on,
        "due_on": bill.due_on,
        "kwh": plain_number(bill.kwh),
        **{f"{name}_kopecks": kopecks for name, kopecks in asdict(bill.sums).items()},
        "payable_kopecks": bill.payable.kopecks,
    }


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals as text, also in what a recalculation was and is."""
    return {name: _plain_value(value) for name, value in fields.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, dict):
        # Of a house: its month is a pair of numbers inside.
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain(each) if isinstance(each, dict) else each for each in value]
    return value

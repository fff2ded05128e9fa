"""«Счета»: the list, one bill line by line, and its PDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard
from svet.billing.queries.explaining import calculation_file
from svet.bills import operations, queries, texts
from svet.bills.queries import BillNotFound, BillSummary, BillView
from svet.bills.rules import LineRow
from svet.cabinet.bills.agreed import agreed_words
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.money import Money
from svet.look import charts
from svet.look.charts import Chart
from svet.look.formats import NBSP, day, energy, number

_MONTHS_IN_LIST = 6
_MONTHS_OF_ONE = 36


@dataclass(frozen=True, slots=True)
class AccountBills:
    """An account with its newest bills."""

    card: AccountCard
    bills: list[BillSummary]


@dataclass(frozen=True, slots=True)
class ReadingShown:
    """A reading that gave a line its volume."""

    label: str
    value: str
    on: str
    source: str
    receipt: str


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of «Детализация расчётов» with everything that opens below it."""

    title: str
    formula: str
    kopecks: int
    basis: str
    foundation: str
    volume: str
    meter: str
    range: str
    is_range: bool
    shared_range: bool
    ratio: bool
    days: str
    part: bool
    repriced: bool
    price: str
    note: str
    source_url: str
    readings: list[ReadingShown]
    row: LineRow


@require_safe
@signed_in
def bill_list(request: HttpRequest) -> HttpResponse:
    """The newest bills of every account, or all bills of one."""
    cards = [card for group in account_queries.cabinet(person_of(request).person_id) for card in group.cards]
    chosen = request.GET.get("account", "")
    if chosen:
        cards = [card for card in cards if card.public_id == chosen]
        if not cards:
            deny_as_missing(request, subject="account", public_id=chosen)
    months = _MONTHS_OF_ONE if chosen else _MONTHS_IN_LIST
    found = queries.last_bills(account_ids=[card.account_id for card in cards], months=months)
    return render(
        request,
        "cabinet/bills.html",
        {"accounts": [AccountBills(card, found[card.account_id]) for card in cards], "chosen": chosen},
    )


@require_safe
@signed_in
def bill(request: HttpRequest, public_id: str) -> HttpResponse:
    """One bill: a sentence, the sums, then every line with its formula."""
    try:
        view = queries.bill_for(actor=actor_of(request), public_id=public_id)
    except BillNotFound:
        deny_as_missing(request, subject="bill", public_id=public_id)
    agreed = agreed_words(actor_of(request), view, now=now_of(request))
    return render(request, "cabinet/bill.html", bill_context(view) | {"agreed": agreed})


@require_safe
@signed_in
def bill_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """The bill as a file; the holder is masked for whoever is not confirmed."""
    try:
        view = queries.bill_for(actor=actor_of(request), public_id=public_id)
    except BillNotFound:
        deny_as_missing(request, subject="bill", public_id=public_id)
    content = operations.pdf_of(view.summary.bill_id, masked=view.masked, now=now_of(request))
    name = operations.file_name(view.document)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@require_safe
@signed_in
def bill_calculation(request: HttpRequest, public_id: str) -> HttpResponse:
    """The facts and lines behind the bill as a file that anybody can recompute (``svet replay``)."""
    try:
        view = queries.bill_for(actor=actor_of(request), public_id=public_id)
    except BillNotFound:
        deny_as_missing(request, subject="bill", public_id=public_id)
    text = calculation_file(view.summary.account_id, view.summary.month, masked=view.masked)
    if text is None:
        raise Http404
    name = operations.file_name(view.document).removesuffix(".pdf")
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


def bill_context(view: BillView) -> dict[str, object]:
    """What the templates of one bill show."""
    document = view.document
    return {
        "view": view,
        "bill": view.summary,
        "document": document,
        "payable": Money(document.sums.payable),
        "sums": texts.sum_rows(document),
        "penalties": texts.penalties_on(document),
        "due": texts.due_words(document),
        "sentence": texts.sentence(view.comparison),
        "money_sentence": texts.money_sentence(view.comparison),
        "notes": texts.notes(document),
        "lines": _lines(document.lines),
        "month": texts.month_label(document.period),
        "chart": _chart(view),
    }


def _lines(lines: Sequence[LineRow]) -> list[LineShown]:
    """Lines in words; those that share a meter, zone and range name their days, and whether a price moved."""
    places = Counter(_place(line) for line in lines)
    prices: dict[tuple[object, ...], set[Decimal]] = {}
    for line in lines:
        prices.setdefault(_place(line), set()).add(line.price)
    return [
        _line(line, part=places[_place(line)] > 1, repriced=len(prices[_place(line)]) > 1) for line in lines
    ]


def _place(line: LineRow) -> tuple[object, ...]:
    return (line.meter_serial, line.zone, line.range_no, line.basis, line.corrects)


def _line(line: LineRow, *, part: bool, repriced: bool) -> LineShown:
    is_range = line.range_upper_kwh is not None or bool(line.range_over_kwh)
    zone = texts.line_title(line)
    volume = texts.volume_formula(line) if line.basis == "reading" else ""
    return LineShown(
        title=f"{zone}, {texts.range_label(line)}" if is_range else zone,
        formula=texts.line_formula(line),
        kopecks=line.kopecks,
        basis=""
        if line.basis == "reading" or line.corrects or line.sums_only
        else texts.source_label(line.basis),
        foundation=texts.foundation(line),
        volume=volume,
        meter=line.meter_serial,
        range=texts.range_label(line),
        is_range=is_range,
        shared_range=is_range and line.zone != "single",
        ratio=line.ratio != 1,
        days=texts.days_text(line),
        part=part,
        repriced=repriced,
        price=f"{texts.price_text(line.price)}{NBSP}₽" if line.price else "",
        note=texts.range_label(line) if line.corrects or line.sums_only else "",
        # A register may hold anything: only web addresses become links.
        source_url=line.source_url if line.source_url.startswith(("https://", "http://")) else "",
        readings=_readings(line),
        row=line,
    )


def _readings(line: LineRow) -> list[ReadingShown]:
    found = []
    if line.previous_value is not None and line.previous_on is not None:
        found.append(
            ReadingShown(
                _("Было"),
                number(line.previous_value),
                day(line.previous_on),
                texts.source_label(line.previous_source),
                line.previous_receipt,
            )
        )
    if line.current_value is not None and line.current_on is not None:
        found.append(
            ReadingShown(
                _("Стало"),
                number(line.current_value),
                day(line.current_on),
                texts.source_label(line.current_source),
                line.current_receipt,
            )
        )
    return found


def _chart(view: BillView) -> Chart:
    """The volumes of the last months."""
    return charts.bars(
        title=_("Потребление за 12 месяцев"),
        series=[_("Расход")],
        points=[(texts.short_month(bar.period), [max(bar.kwh, Decimal(0))]) for bar in view.document.bars],
        write=energy,
    )


urlpatterns: list[URLPattern] = [
    path("bills/", bill_list, name="bills"),
    path("bills/<public_id:public_id>.pdf", bill_pdf, name="bill-pdf"),
    path("bills/<public_id:public_id>.json", bill_calculation, name="bill-calculation"),
    path("bills/<public_id:public_id>/", bill, name="bill"),
]

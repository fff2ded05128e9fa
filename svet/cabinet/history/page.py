"""«История»: the feed with its filters, and the same as a file."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import GroupView
from svet.cabinet.history.export import to_csv, to_xlsx
from svet.cabinet.history.form import HistoryFilterForm
from svet.cabinet.history.months import show_month
from svet.cabinet.history.receipts import with_receipts
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.history import queries
from svet.history.queries import NotInCabinet
from svet.history.rules import parse_place

_EXPORTS = {
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "xlsx": (to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """A page of the feed; ``before`` says where it starts, everything else is a filter."""
    own = account_queries.cabinet(person_of(request).person_id)
    form = _form(request, own)
    filters = form.filters()
    before = parse_place(request.GET.get("before", ""))
    person_id = person_of(request).person_id
    try:
        timeline = queries.timeline(actor=actor_of(request), filters=filters, before=before, own=own)
    except NotInCabinet as refused:
        raise Http404 from refused
    return render(
        request,
        "cabinet/history.html",
        {
            "form": form,
            "filters": filters,
            "has_accounts": timeline.has_accounts,
            "months": with_receipts(
                [show_month(month, person_id=person_id) for month in timeline.months],
                timeline.months,
                person_id=person_id,
            ),
            "before": timeline.before,
            "address": form.address(),
            "later": before is not None,
        },
    )


@require_safe
@signed_in
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The whole filtered feed as a file."""
    own = account_queries.cabinet(person_of(request).person_id)
    form = _form(request, own)
    filters = form.filters()
    write, media_type = _EXPORTS[kind]
    try:
        cards = queries.everything(actor=actor_of(request), filters=filters, own=own)
    except NotInCabinet as refused:
        raise Http404 from refused
    name = f"history-{filters.since}-{filters.until}.{kind}"
    return HttpResponse(
        write(cards),
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _form(request: HttpRequest, own: Sequence[GroupView]) -> HistoryFilterForm:
    return HistoryFilterForm(request.GET, groups=own, today=timezone.localtime(now_of(request)).date())


urlpatterns: list[URLPattern] = [
    path("history/", page, name="history"),
    path("history/export.csv", export, {"kind": "csv"}, name="history-csv"),
    path("history/export.xlsx", export, {"kind": "xlsx"}, name="history-xlsx"),
]

"""«Кассовые чеки»: those that failed or are late, why, and sending one again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from svet.fiscal import operations, queries, texts
from svet.fiscal.queries import FiscalReceiptView
from svet.fiscal.rules.refusals import FOR_ACCOUNTANT
from svet.fiscal.rules.states import ReceiptState
from svet.look.requests import now_of
from svet.staff.money.words import explain, how_long
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staffing.rules import Permission

_BADGES = {
    ReceiptState.PENDING: "warning",
    ReceiptState.SENT: "info",
    ReceiptState.DONE: "success",
    ReceiptState.FAILED: "error",
}
_TRIED = frozenset({ReceiptState.PENDING, ReceiptState.FAILED})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def receipt(request: HttpRequest, receipt_public_id: str) -> HttpResponse:
    """One receipt: its lines, where it stands and why; POST sends it again."""
    found = queries.receipt_by_id(receipt_public_id)
    if found is None:
        deny_as_missing(request, subject="receipt", public_id=receipt_public_id)
    if request.method == "POST":
        try:
            operations.try_again(public_id=found.public_id, by=actor_of(request), now=now_of(request))
        except (operations.ReceiptConflict, operations.ReceiptNotFound) as refused:
            messages.error(request, explain(refused))
        else:
            messages.success(request, _("Чек уйдёт в кассу сейчас. Двух чеков не будет."))
        return redirect("staff-money-receipt", receipt_public_id)
    return render(request, "staff/money_receipt.html", {"row": shown_receipt(found, now=now_of(request))})


def shown_receipt(one: FiscalReceiptView, *, now: datetime) -> dict[str, Any]:
    """A receipt in words."""
    return {
        "receipt": one,
        "kind": texts.kind_word(one.kind),
        "state": texts.state_word(one.state),
        "badge": _BADGES[one.state],
        "why": texts.why(one.reason) if one.reason else "",
        "waits": "" if one.state is ReceiptState.DONE else how_long(now - one.made_at),
        "lines": [(line, texts.line_word(line.kind)) for line in one.lines],
        "may_send": one.state in _TRIED and one.reason not in FOR_ACCOUNTANT,
    }


def late(*, limit: int, now: datetime) -> list[dict[str, Any]]:
    """What the desk lists, the longest waiting first."""
    return [shown_receipt(one, now=now) for one in queries.late_receipts(now=now, limit=limit)]


urlpatterns: list[URLPattern] = [
    path("money/receipts/<public_id:receipt_public_id>/", receipt, name="staff-money-receipt"),
]

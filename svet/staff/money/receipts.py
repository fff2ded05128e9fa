"""«Кассовые чеки»: those that failed or are late, why, and sending one again, or all of one reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from svet.fiscal import operations, queries, texts
from svet.fiscal.queries import FiscalReceiptView
from svet.fiscal.rules.refusals import FOR_ACCOUNTANT, ReceiptReason
from svet.fiscal.rules.states import ReceiptState
from svet.look.formats import number
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
#: So many receipts one press of the button tries.
MOST_AT_ONCE = 200
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


@require_POST
@desk_page(Permission.MONEY)
def again_all(request: HttpRequest) -> HttpResponse:
    """Send again what stands still for one reason, the oldest first and so many at a press."""
    try:
        reason = ReceiptReason(request.POST.get("reason", "")[:40])
    except ValueError:
        messages.error(request, _("Выберите причину из списка."))
        return redirect("staff-money")
    try:
        done = operations.try_all_again(
            reason=reason, by=actor_of(request), now=now_of(request), limit=MOST_AT_ONCE
        )
    except operations.ReceiptConflict as refused:
        messages.error(request, explain(refused))
        return redirect("staff-money")
    if done.tried:
        said = ngettext(
            "Уйдёт в кассу заново %(count)s чек.", "Уйдут в кассу заново %(count)s чеков.", done.tried
        )
        messages.success(request, said % {"count": number(done.tried)})
    if done.refused:
        held = _("Чеков, которые отправить пока нельзя: %(count)s.")
        messages.warning(request, held % {"count": number(done.refused)})
    if not (done.tried or done.refused):
        messages.info(request, _("Чеков с такой причиной уже нет."))
    return redirect("staff-money")


def reasons(*, now: datetime) -> list[dict[str, Any]]:
    """Why receipts stand still, how many for each, and whether all may be sent again."""
    return [
        {"one": one, "why": texts.why(one.reason), "count": number(one.count)}
        for one in queries.reasons_standing(now=now)
    ]


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


def late(*, limit: int, now: datetime, text: str = "", kopecks: int | None = None) -> list[dict[str, Any]]:
    """What the desk lists, the longest waiting first; of a sum or a number, where asked."""
    found = queries.late_receipts(now=now, limit=limit, text=text, kopecks=kopecks)
    return [shown_receipt(one, now=now) for one in found]


urlpatterns: list[URLPattern] = [
    path("money/receipts/", again_all, name="staff-money-receipts"),
    path("money/receipts/<public_id:receipt_public_id>/", receipt, name="staff-money-receipt"),
]

"""A payment by card before a person, and a callback nobody could place: each on a page with its acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.kernel.refusals import NotFound, Refused
from svet.look.requests import now_of
from svet.payments import operations, queries
from svet.payments.queries.desk import CallbackView, ReviewView
from svet.payments.rules.errands import ErrandKind
from svet.payments.rules.registers import CaseKind
from svet.staff.money.acts import CLAIMS, LIST, claim, ownership
from svet.staff.money.words import explain, how_long, why_callback, why_order
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission

_DONE = {
    "credit": gettext_lazy("Зачислено то, что подтвердил банк."),
    "send_back": gettext_lazy("Деньги возвращаются плательщику."),
    "cancel": gettext_lazy("Закрыто: денег по этому платежу нет."),
    "close": gettext_lazy("Сообщение банка закрыто."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def order(request: HttpRequest, order_case_public_id: str) -> HttpResponse:
    """One payment by card: what was ordered, what the bank says, and the three ways out."""
    found = queries.order_in_review(order_case_public_id)
    if found is None:
        return _decided_or_gone(request, order_case_public_id)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in CLAIMS:
        return claim(request, CaseKind.ORDER, found.public_id, act)
    terms: dict[str, Any] = {"order_public_id": found.public_id}
    acts = {
        kind.value: partial(operations.decide_order, kind)
        for kind in (ErrandKind.CREDIT, ErrandKind.SEND_BACK, ErrandKind.CANCEL)
    }
    return _act(
        request, "staff/money_order.html", lambda: _order_page(request, found), acts.get(act), terms,
        kind=CaseKind.ORDER, subject=found.public_id, act=act,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def callback(request: HttpRequest, callback_id: int) -> HttpResponse:
    """One callback: what it claims; a person looks into the bank's cabinet and closes it."""
    found = queries.open_callback(callback_id)
    if found is None:
        deny_as_missing(request, subject="callback", public_id=str(callback_id))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in CLAIMS:
        return claim(request, CaseKind.CALLBACK, str(callback_id), act)
    acts = {"close": operations.decide_callback}
    return _act(
        request, "staff/money_callback.html", lambda: _callback_page(request, found), acts.get(act),
        {"callback_id": callback_id}, kind=CaseKind.CALLBACK, subject=str(callback_id), act=act,
    )  # fmt: skip


def _decided_or_gone(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody else, or the bank, was first; or there never was such a payment."""
    try:
        queries.order_for(actor_of(request), public_id=public_id)
    except NotFound:
        deny_as_missing(request, subject="order", public_id=public_id)
    messages.info(request, _("Этот платёж уже разобран."))
    return redirect(LIST)


def _act(
    request: HttpRequest,
    template: str,
    context: Callable[[], dict[str, Any]],
    do: Callable[..., Any] | None,
    terms: dict[str, Any],
    *,
    kind: CaseKind,
    subject: str,
    act: str,
) -> HttpResponse:
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()

    def decide() -> HttpResponse | None:
        if do is None:
            return None
        by, now = actor_of(request), now_of(request)
        try:
            operations.check_claim(kind=kind, subject=subject, by=by)
            do(**terms, by=by, now=now, comment=form.cleaned_data["reason"])
        except operations.ReviewConflict as conflict:
            messages.error(request, explain(conflict))
            return redirect(LIST)
        except Refused as refused:
            refused.field = "reason" if refused.field == "comment" else refused.field
            raise
        messages.success(request, str(_DONE[act]))
        return redirect(LIST)

    return answer(
        request,
        template,
        lambda: context() | {"form": form},
        form=form,
        act=decide,
        explain=explain,
    )


def _order_page(request: HttpRequest, found: ReviewView) -> dict[str, Any]:
    return {
        "order": found,
        "left": None if found.taken is None else found.taken - found.refunded,
        "why": why_order(found),
        "waits": how_long(found.age(now_of(request))),
        **ownership(request, CaseKind.ORDER, found.public_id),
    }


def _callback_page(request: HttpRequest, found: CallbackView) -> dict[str, Any]:
    return {
        "callback": found,
        "why": why_callback(found),
        "waits": how_long(found.age(now_of(request))),
        **ownership(request, CaseKind.CALLBACK, str(found.callback_id)),
    }


urlpatterns: list[URLPattern] = [
    path("money/orders/<public_id:order_case_public_id>/", order, name="staff-money-order"),
    path("money/callbacks/<int:callback_id>/", callback, name="staff-money-callback"),
]

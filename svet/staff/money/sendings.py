"""«Отправить деньги другому поставщику»: what acts between two suppliers leave to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.look.forms import Form
from svet.look.requests import now_of
from svet.payments.operations import sendings as operations
from svet.payments.queries import sendings as queries
from svet.payments.queries import suspense
from svet.payments.queries.sendings import SendingView
from svet.payments.rules.acts import MoneyActConflict
from svet.payments.rules.registers import CaseKind
from svet.payments.rules.sendings import LONGEST_NUMBER, PaymentOrderSlip, SendingState
from svet.payments.texts import acts as wording
from svet.staff.money.acts import ownership
from svet.staff.money.words import explain, how_long
from svet.staff.shell.desk import actor_of
from svet.staff.shell.forms import ReasonForm

_BADGES = {
    SendingState.OPEN: "warning",
    SendingState.SENT: "success",
    SendingState.DROPPED: "neutral",
}


class PaymentOrderForm(Form):
    """The payment order by which the money was sent."""

    number = forms.CharField(
        label=gettext_lazy("Номер платёжного поручения"), max_length=LONGEST_NUMBER, required=False
    )
    sent_on = forms.DateField(
        label=gettext_lazy("День поручения"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )


class MarkBackForm(ReasonForm):
    """Why the mark was a mistake."""


def form_of(request: HttpRequest, state: SendingState) -> Form:
    """What the page of an act asks about its money, empty or as it was sent."""
    asked = request.POST.get("act", "") if request.method == "POST" else ""
    if asked == "sent" or (asked != "unsent" and state is SendingState.OPEN):
        return PaymentOrderForm(request.POST if asked == "sent" else None)
    return MarkBackForm(request.POST if asked == "unsent" else None)


def mark(request: HttpRequest, act_public_id: str, form: Form) -> HttpResponse:
    """The money was sent, or was not after all; who came second is told so on the page as it is."""
    try:
        _mark(request, act_public_id, form)
    except MoneyActConflict as conflict:
        messages.error(request, explain(conflict))
    return redirect("staff-money-correction", act_public_id)


def _mark(request: HttpRequest, act_public_id: str, form: Form) -> None:
    by, now = actor_of(request), now_of(request)
    if isinstance(form, PaymentOrderForm):
        slip = PaymentOrderSlip(form.cleaned_data["number"], form.cleaned_data["sent_on"])
        operations.mark_sent(by=by, act_public_id=act_public_id, slip=slip, now=now)
        messages.success(request, _("Отмечено: деньги отправлены."))
    else:
        reason = form.cleaned_data["reason"]
        operations.take_mark_back(by=by, act_public_id=act_public_id, reason=reason, now=now)
        messages.success(request, _("Отметка снята: деньги снова нужно отправить."))


def shown_sending(one: SendingView) -> dict[str, Any]:
    """Money between two suppliers in words."""
    return {"sending": one, "state": wording.sending_state(one.state), "badge": _BADGES[one.state]}


def about(request: HttpRequest, one: SendingView, form: Form) -> dict[str, Any]:
    """What the page of an act says about its money."""
    return {
        "to_send": shown_sending(one)
        | {"waits": how_long(one.age(now_of(request))), "asks_slip": isinstance(form, PaymentOrderForm)},
        "sending_form": form,
        **{f"sending_{key}": value for key, value in _owned(request, one).items()},
    }


def _owned(request: HttpRequest, one: SendingView) -> dict[str, object]:
    return ownership(request, CaseKind.SENDING, one.act_public_id)


def rows(*, limit: int, now: datetime) -> list[dict[str, Any]]:
    """What the desk has to send, the longest waiting first, with who has taken it."""
    found = queries.open_sendings(limit=limit)
    owners = suspense.owners(kind=CaseKind.SENDING, subjects=[one.act_public_id for one in found])
    return [
        shown_sending(one) | {"owner": owners.get(one.act_public_id), "waits": how_long(one.age(now))}
        for one in found
    ]

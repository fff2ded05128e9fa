"""«Вернуть переплату»: what of a payment its payer may have back, why not, and asking for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from svet.cabinet.payment.order import tell_called_off
from svet.cabinet.payment.sums import typed_kopecks
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.kernel.words import explain
from svet.look.forms import form_page
from svet.payments.operations.asking_back import BackOffer, ask_back, offer_back
from svet.payments.operations.calling_off import call_off_back
from svet.payments.queries import OrderNotFound
from svet.payments.queries.refunds import refunds_of
from svet.payments.rules.overpaid import COUNTED, BackReason, BackRefused
from svet.payments.rules.states import RefundState
from svet.payments.texts.overpaid import back_reason


class OverpaidForm(Form):
    """How much of each account; an empty field asks for nothing of it."""

    def __init__(self, data: Any, *, offer: BackOffer) -> None:
        super().__init__(data)
        for line in offer.lines:
            if line.most and offer.most:
                self.fields[line.account_public_id] = forms.CharField(
                    label=_("Аб. № %(number)s") % {"number": line.account_number},
                    required=False,
                    max_length=32,
                    initial=f"{line.most.roubles:.2f}".replace(".", ","),
                )

    @property
    def lines(self) -> dict[str, int]:
        """Kopecks by the outer ids of accounts. :raises Refused: what stands there is no sum to give back"""
        typed = {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data[name]}
        return {name: _sum(text, field=name) for name, text in typed.items()}


def _sum(text: str, *, field: str) -> int:
    return typed_kopecks(
        text,
        field=field,
        none=lambda: BackRefused(BackReason.SUM, field=field),
        above=lambda: BackRefused(BackReason.ABOVE, field=field),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def back(request: HttpRequest, public_id: str) -> HttpResponse:
    """What may be had of the person's own payment, and asking for it; the sums shown are those that hold."""
    by, now = actor_of(request), now_of(request)
    try:
        offer = offer_back(by=by, order_public_id=public_id, now=now)
    except OrderNotFound:
        deny_as_missing(request, subject="order", public_id=public_id)
    if request.method == "POST" and "call_off" in request.POST:
        tell_called_off(request, call_off_back(by=by, order_public_id=public_id, now=now))
        return redirect("payment-order", public_id)
    form = OverpaidForm(request.POST if request.method == "POST" else None, offer=offer)

    def act() -> HttpResponse:
        shown = request.POST.get("shown", "")[:64]
        waits = ask_back(by=by, order_public_id=public_id, lines=form.lines, shown=shown, now=now)
        if waits:
            messages.success(request, _("Просьба принята: её подпишут два сотрудника, и мы сообщим вам."))
            return redirect("payment-back", public_id)
        messages.success(request, _("Возвращаем: деньги придут тем же способом, каким вы платили."))
        return redirect("payment-order", public_id)

    def context() -> dict[str, Any]:
        return {
            "offer": offer,
            "form": form,
            "sums": [form[name] for name in form.fields],
            "lines": [(line, back_reason(line.why) if line.why else "") for line in offer.lines],
            "own": any(
                one.by_payer and one.state is RefundState.TO_SIGN
                for one in refunds_of(order_public_id=public_id)
            ),
            # Why less than the limit may be had: what one had lately counts.
            "limit": offer.terms.alone,
            "days": COUNTED.days,
            "reason": back_reason(offer.reason, times=offer.terms.times) if offer.reason else "",
        }

    return form_page(request, "cabinet/payment_back.html", context, form=form, explain=explain, act=act)


urlpatterns: list[URLPattern] = [
    path("payment/orders/<public_id:public_id>/back/", back, name="payment-back"),
]

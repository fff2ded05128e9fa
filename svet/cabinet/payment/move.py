"""«Перенести на другой счёт»: a payment that went to a wrong account of one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts.queries import cabinet
from svet.accounts.rules import Right
from svet.cabinet.payment.order import asked_moves, tell_called_off
from svet.cabinet.payment.sums import typed_kopecks
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.words import explain
from svet.look.formats import NBSP
from svet.look.forms import form_page
from svet.payments.operations.calling_off import call_off_move
from svet.payments.operations.moving_over import MoveOffer, move_over, offer_move
from svet.payments.queries import OrderNotFound
from svet.payments.queries.acts import moves_of_payment
from svet.payments.rules.misdirected import MoveReason, MoveRefused
from svet.payments.texts.misdirected import move_reason


class MoveForm(Form):
    """From which account of the payment, to which other one, how much."""

    from_ = forms.ChoiceField(label=gettext_lazy("Деньги попали на"))
    to = forms.ChoiceField(label=gettext_lazy("Перенести на"))
    amount = forms.CharField(label=gettext_lazy("Сколько перенести"), max_length=32)

    def __init__(self, data: Any, *, offer: MoveOffer, others: list[tuple[str, str]]) -> None:
        super().__init__(data)
        source, target = self.fields["from_"], self.fields["to"]
        assert isinstance(source, forms.ChoiceField)
        assert isinstance(target, forms.ChoiceField)
        lines = offer.movable
        source.choices = [
            (line.account_public_id, _("Аб. № %(number)s") % {"number": line.account_number})
            for line in lines
        ]
        target.choices = others
        if len(lines) == 1:
            usual = lines[0].at_once or lines[0].left
            self.fields["amount"].initial = f"{usual.roubles:.2f}".replace(".", ",")
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("Выберите из списка.")
            field.error_messages["required"] = _("Выберите из списка.")
        self.fields["amount"].error_messages["required"] = _("Введите сумму, например 300 или 1 234,56.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """What of the person's own payment may go to another account of theirs, and moving it."""
    by, now = actor_of(request), now_of(request)
    try:
        offer = offer_move(by=by, order_public_id=public_id)
    except OrderNotFound:
        deny_as_missing(request, subject="order", public_id=public_id)
    if request.method == "POST" and "call_off" in request.POST:
        act_id = request.POST["call_off"][:32]
        gone = call_off_move(by=by, order_public_id=public_id, act_public_id=act_id, now=now)
        tell_called_off(request, gone)
        return redirect("payment-order", public_id)
    # Of a payment for one account there is nothing to choose: the money goes to another.
    only = {line.account_public_id for line in offer.movable} if len(offer.movable) == 1 else set()
    cards = [card for group in cabinet(person_of(request).person_id) for card in group.cards]
    others = [
        (card.public_id, _choice(card.row_name, card.number))
        for card in cards
        if Right.PAY in card.rights and card.public_id not in only
    ]
    form = MoveForm(request.POST if request.method == "POST" else None, offer=offer, others=others)

    def act() -> HttpResponse:
        data = form.cleaned_data
        waits = move_over(
            by=by,
            order_public_id=public_id,
            from_=data["from_"],
            to=data["to"],
            kopecks=typed_kopecks(
                data["amount"],
                field="amount",
                none=lambda: MoveRefused(MoveReason.SUM, field="amount"),
                above=lambda: MoveRefused(MoveReason.ABOVE, field="amount"),
            ),
            shown=request.POST.get("shown", "")[:64],
            now=now,
        )
        said = (
            _("Просьба принята: на прежнем счёте останется долг, поэтому её подпишет сотрудник.")
            if waits
            else _("Перенесли: деньги уже на другом счёте.")
        )
        messages.success(request, said)
        return redirect("payment-order", public_id)

    def context() -> dict[str, Any]:
        return {
            "offer": offer,
            "form": form,
            "reason": move_reason(offer.why) if offer.why else "",
            "alone": not others,
            "asked": asked_moves(public_id, moves_of_payment(order_public_id=public_id)),
        }

    return form_page(request, "cabinet/payment_move.html", context, form=form, explain=explain, act=act)


def _choice(name: str, number: str) -> str:
    """An account to move to, its number on one line with its sign."""
    return (_("%(title)s, аб. № %(number)s") % {"title": name, "number": number}).replace("№ ", f"№{NBSP}")


urlpatterns: list[URLPattern] = [
    path("payment/orders/<public_id:public_id>/move/", move, name="payment-move"),
]

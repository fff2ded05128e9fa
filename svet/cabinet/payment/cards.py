"""«Мои карты»: the cards and accounts of СБП the bank keeps for the person, their names, and unbinding."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from svet.cabinet.payment.binding import places
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.refusals import NotFound
from svet.payments import operations, queries, texts


@signed_in
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The bound cards; how to bind one when there is none."""
    return _render(request)


@signed_in
@require_POST
def name(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep the person's own name of a card."""
    typed = request.POST.get("name", "")[:200]
    try:
        operations.name_card(by=actor_of(request), card_public_id=public_id, name=typed, now=now_of(request))
    except NotFound:
        deny_as_missing(request, subject="bound_card", public_id=public_id)
    except operations.CardRefused as refusal:
        wrong = {"card": public_id, "name": typed, "error": texts.explain(refusal)}
        return _render(request, wrong=wrong, status=422)
    messages.success(request, _("Название сохранено."))
    return redirect("payment-cards")


@signed_in
@require_POST
def unbind(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget a card."""
    try:
        operations.unbind_card(by=actor_of(request), card_public_id=public_id, now=now_of(request))
    except NotFound:
        deny_as_missing(request, subject="bound_card", public_id=public_id)
    messages.success(request, _("Отвязано: списать деньги так больше нельзя."))
    return redirect("payment-cards")


def _render(request: HttpRequest, *, wrong: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    person_id = person_of(request).person_id
    cards = queries.cards(person_id=person_id)
    shown = {
        "cards": cards,
        "has_cards": any(not card.is_sbp for card in cards),
        "has_sbp": any(card.is_sbp for card in cards),
        "wrong": wrong,
        "places": places(person_id),
    }
    return render(request, "cabinet/payment_cards.html", shown, status=status)


urlpatterns: list[URLPattern] = [
    path("payment/cards/", page, name="payment-cards"),
    path("payment/cards/<public_id:public_id>/name/", name, name="payment-card-name"),
    path("payment/cards/<public_id:public_id>/unbind/", unbind, name="payment-card-unbind"),
]

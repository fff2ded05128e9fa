"""«Привязать счёт СБП»: beginning it, waiting for the bank's page, and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from svet.accounts.queries import cabinet
from svet.accounts.rules import Right
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.refusals import NotFound
from svet.limits import texts as limits
from svet.limits.operations import LimitReached
from svet.payments import operations, queries, texts
from svet.payments.operations.binding import BindingPlace
from svet.payments.rules.bindings import BindingState

#: Seconds after which the page looks again while something is going on.
_AGAIN = 2


@signed_in
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Keep the wish; a job asks the bank for its page, and the page of the binding leads there."""
    account = request.POST.get("account", "")[:40]
    try:
        public_id = operations.begin_binding(
            by=actor_of(request),
            account=account,
            return_url_base=f"{request.scheme}://{request.get_host()}",
            now=now_of(request),
        )
    except NotFound:
        deny_as_missing(request, subject="account", public_id=account)
    except (operations.CardRefused, LimitReached) as refusal:
        refused = isinstance(refusal, LimitReached)
        messages.error(request, limits.explain(refusal) if refused else texts.explain(refusal))
        return redirect("payment-cards")
    return _see_other(f"{reverse('payment-binding', args=[public_id])}?go=1")


@signed_in
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the binding stands; with ``?go=1`` on to the bank's page as soon as there is one."""
    binding = queries.binding_of(person_id=person_of(request).person_id, public_id=public_id)
    if binding is None:
        deny_as_missing(request, subject="binding", public_id=public_id)
    if binding.state is BindingState.BOUND:
        if binding.card:
            messages.success(request, _("Счёт СБП привязан: им можно платить одной кнопкой."))
        return _go_on(request, reverse("payment-cards"))
    goes = request.GET.get("go") == "1"
    if goes and binding.page_url:
        return _go_on(request, binding.page_url)
    part = request.headers.get("HX-Request") == "true"
    template = "cabinet/payment_binding_state.html" if part else "cabinet/payment_binding.html"
    shown = {"binding": binding, "go": "?go=1" if goes else "", "again": _AGAIN if binding.going else 0}
    return render(request, template, shown)


def places(person_id: int) -> list[BindingPlace]:
    """Where this person can bind an account of СБП."""
    cards = [card for group in cabinet(person_id) for card in group.cards if Right.PAY in card.rights]
    return operations.binding_places(
        [(card.public_id, card.provider.provider_id, card.provider.name) for card in cards]
    )


def _go_on(request: HttpRequest, url: str) -> HttpResponse:
    """Lead on, also when only a part of the page was asked for."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": url})
    return _see_other(url)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


urlpatterns: list[URLPattern] = [
    path("payment/bindings/", begin, name="payment-bind"),
    path("payment/bindings/<public_id:public_id>/", page, name="payment-binding"),
]

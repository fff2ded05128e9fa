"""Keys for programs: of the whole cabinet, of chosen accounts, or of chosen meters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from svet.accounts import queries as accounts
from svet.cabinet.profile.forms import KeyReach, TokenForm
from svet.cabinet.shell.form_pages import answer
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, client_address, now_of, person_of, signed_in
from svet.kernel.refusals import NotFound
from svet.look.formats import numbered
from svet.metering import queries as metering
from svet.metering.queries.keys import key_bounds
from svet.people import operations as people
from svet.people import queries, texts
from svet.people.queries import TokenView
from svet.people.rules import KeyBound, Scope


@dataclass(frozen=True, slots=True)
class Things:
    """What the person's keys may be bound to, each by its outside id as the person knows it."""

    accounts: Mapping[str, str]
    meters: Mapping[str, str]

    def name_of(self, bound: KeyBound) -> str:
        """One thing a key opens; one that is not seen just now goes without a name."""
        if bound.meter:
            return str(_("Прибор учёта %(name)s")) % {"name": self.meters.get(bound.meter, "…")}
        return str(_("Лицевой счёт %(name)s")) % {"name": self.accounts.get(bound.account, "…")}


def _things(request: HttpRequest) -> Things:
    groups = accounts.cabinet(person_of(request).person_id)
    cards = {card.account_id: card for group in groups for card in group.cards}
    standing = metering.meters_of(account_ids=list(cards))
    return Things(
        {card.public_id: f"{numbered(card.number)}, {card.row_name}" for card in cards.values()},
        {
            meter.public_id: f"{numbered(meter.serial)}, {cards[meter.account_id].row_name}"
            for meter in standing
        },
    )


def _tokens(request: HttpRequest, *, form: TokenForm, things: Things, secret: str = "") -> dict[str, Any]:
    now = now_of(request)
    rows = [
        {
            "token": token,
            "expired": token.expires_at <= now,
            "only": None if token.bounds is None else [things.name_of(each) for each in token.bounds],
            "scopes": [texts.SCOPES[Scope(scope)] for scope in token.scopes if scope in set(Scope)],
        }
        for token in queries.tokens(person_id=person_of(request).person_id)
    ]
    return {"form": form, "rows": rows, "secret": secret, "choosing": bool(things.accounts)}


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Keys for programs: made here, shown once, revoked here."""
    things = _things(request)
    form = _form(request.POST if request.method == "POST" else None, things)

    def act() -> HttpResponse:
        people.confirm_password(
            person_id=person_of(request).person_id,
            password=form.cleaned_data["password"],
            now=now_of(request),
        )
        _token, secret = _issue(request, form)
        # The one page of the cabinet that shows a secret: it is kept nowhere to be shown again.
        shown = _tokens(request, form=_form(None, things), things=things, secret=secret)
        return render(request, "cabinet/tokens.html", shown)

    return answer(
        request,
        "cabinet/tokens.html",
        lambda: _tokens(request, form=form, things=things),
        form=form,
        act=act,
    )


def _form(data: Any, things: Things) -> TokenForm:
    return TokenForm(data, accounts=list(things.accounts.items()), meters=list(things.meters.items()))


def _issue(request: HttpRequest, form: TokenForm) -> tuple[TokenView, str]:
    chosen = form.cleaned_data
    reach = chosen["reach"]
    return people.issue_token(
        person_id=person_of(request).person_id,
        name=chosen["name"],
        scopes=chosen["scopes"],
        expires_in_days=chosen["expires_in_days"],
        bounds=key_bounds(
            actor_of(request),
            account_public_ids=chosen["accounts"] if reach == KeyReach.ACCOUNTS else (),
            meter_public_ids=chosen["meters"] if reach == KeyReach.METERS else (),
        ),
        now=now_of(request),
        address=client_address(request),
    )


@signed_in
@require_POST
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make one key useless."""
    try:
        people.revoke_token(
            person_id=person_of(request).person_id,
            token_public_id=public_id,
            now=now_of(request),
            address=client_address(request),
        )
    except NotFound:
        deny_as_missing(request, subject="token", public_id=public_id)
    messages.success(request, _("Ключ отозван: программы с ним больше не войдут."))
    return redirect("/profile/tokens/")


urlpatterns: list[URLPattern] = [
    path("profile/tokens/", tokens, name="tokens"),
    path("profile/tokens/<public_id:public_id>/revoke/", revoke),
]

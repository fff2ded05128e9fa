"""«Отключения»: of one's own accounts, soon and past; by an address, for anybody, what was announced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.cabinet.shell.session import now_of, visitor
from svet.kernel.ids import AccountId
from svet.look.forms import Form
from svet.outages import texts
from svet.outages.queries import nearest, outages_at, outages_of
from svet.outages.rules import OutageKind, OutageState
from svet.outages.rules.views import OutageView

_BADGES: Final = {
    OutageState.PLANNED: "info",
    OutageState.BEGUN: "warning",
    OutageState.OVER: "neutral",
    OutageState.CANCELLED: "neutral",
}


class AddressForm(Form):
    """An address as people say it; nothing of an account is asked or told."""

    city = forms.CharField(max_length=100, label=_("Населённый пункт"))
    street = forms.CharField(max_length=160, label=_("Улица"))
    #: Without a house everything of the street is shown: «nothing announced» would be said of no house.
    house = forms.CharField(
        max_length=30, required=False, label=_("Дом"), help_text=_("Без дома покажем всю улицу.")
    )

    def clean_street(self) -> str:
        """The street alone: with «, 4» behind it no street is found, and «nothing» would be false."""
        street = str(self.cleaned_data["street"])
        if "," in street:
            raise forms.ValidationError(_("Напишите дом в соседнем поле."))
        return street


@dataclass(frozen=True, slots=True)
class OutageCard:
    """One outage as a customer reads it; ``whose`` are the accounts of theirs that it meets."""

    title: str
    why: str
    kind: str
    state: str
    badge: str
    moved: bool
    whose: tuple[str, ...]


@require_safe
def outages(request: HttpRequest) -> HttpResponse:
    """The page; without a sign-in it has the question by address alone."""
    now = now_of(request)
    form = AddressForm(request.GET if "city" in request.GET else None)
    asked = form.is_bound and form.is_valid()
    context: dict[str, object] = {"form": form, "asked": asked, "light": True}
    if asked:
        found = outages_at(**form.cleaned_data, now=now)
        context["found"] = [_card(view, (), now=now) for view in found]
    person = visitor(request)
    if person is not None:
        context |= _own(person.person_id, now)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cabinet/outages.html", context, status=status)


def _own(person_id: int, now: datetime) -> dict[str, object]:
    cards = [card for group in account_queries.cabinet(person_id) for card in group.cards]
    names = {card.account_id: card.row_name for card in cards}
    several = len(cards) > 1

    def shown(found: Sequence[tuple[OutageView, list[AccountId]]]) -> list[OutageCard]:
        # Flats of one house whose numbers are hidden have one name: it is said once.
        return [
            _card(view, dict.fromkeys(names[key] for key in keys) if several else (), now=now)
            for view, keys in found
        ]

    gone = nearest(outages_of(names, now=now, past=True))
    # Who has read of it looks for it here: until its hours have passed it is called off, not past.
    off = [each for each in gone if each[0].over_at > now]
    coming = sorted(
        nearest(outages_of(names, now=now)) + off, key=lambda each: (each[0].begins_at, each[0].outage_id)
    )
    past = [each for each in reversed(gone) if each not in off]
    return {
        "coming": shown(coming),
        "past": shown(past),
        "accounts": len(cards),
        "light": not cards or any(card.provider.service.charged_here for card in cards),
    }


def _card(view: OutageView, whose: Iterable[str], *, now: datetime) -> OutageCard:
    today: date = now.astimezone(view.zone).date()
    over = view.over_at <= now
    return OutageCard(
        title=texts.hours(view, today=today).capitalize() if over else texts.title(view, today=today),
        why=view.why,
        kind=str(texts.KINDS[OutageKind(view.kind)]),
        state=str(texts.STATES[view.state]),
        badge=_BADGES[view.state],
        moved=view.moved and view.state in (OutageState.PLANNED, OutageState.BEGUN),
        whose=tuple(whose),
    )


urlpatterns: list[URLPattern] = [path("outages/", outages, name="outages")]

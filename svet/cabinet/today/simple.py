"""«Простой вид»: one account, two large buttons, one sentence; on and off by one press of the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts import operations, texts
from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView
from svet.accounts.rules import Right
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.frame import MENU
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.money import Money
from svet.look.formats import roubles
from svet.look.forms import form_page
from svet.today import texts as day_texts
from svet.today.queries import day_of
from svet.today.rules import DayPlan, DayState


@dataclass(frozen=True, slots=True)
class GiantButton:
    """One of the two; ``first`` is the one that the day asks for."""

    url: str
    icon: str
    label: str
    note: str
    first: bool


@dataclass(frozen=True, slots=True)
class SimplePage:
    """All of it; ``elsewhere`` is what the other accounts owe, empty when nothing.

    ``by_another``: somebody close has turned it on, and the person has not answered yet.
    """

    sentence: str
    where: str
    elsewhere: str
    buttons: tuple[GiantButton, ...]
    by_another: bool
    #: What may have been paid already, in words.
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One part of the usual cabinet; the whole row is the target."""

    url: str
    icon: str
    title: str
    note: str


class SimpleForm(Form):
    """Which of one's accounts it shows."""

    account = forms.ChoiceField(
        label=gettext_lazy("Какой счёт показывать"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Выберите счёт."),
            "invalid_choice": gettext_lazy("Этого счёта нет в вашем кабинете. Выберите другой."),
        },
    )

    def __init__(self, data: Any, *, cards: list[AccountCard], shown: str) -> None:
        known = [card.public_id for card in cards]
        first = shown if shown in known else next(iter(known), "")
        super().__init__(data, initial={"account": first})
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)
        names = account_queries.row_names(cards)
        field.choices = [
            (card.public_id, ", ".join(filter(None, (names[card.account_id], card.row_place))))
            for card in cards
        ]


@require_safe
@signed_in
def simple(request: HttpRequest) -> HttpResponse:
    """The page itself; without a choice, or when the account is gone, the choice."""
    person = person_of(request)
    found = _shown(person.person_id, person.simple_account)
    if found is None:
        return render(request, "cabinet/simple_settings.html", _choice(request, form=None))
    group, card = found
    day = day_of(
        actor_of(request),
        now=now_of(request),
        local_today=timezone.localdate(now_of(request)),
        groups=[replace(group, cards=(card,))],
    )
    others = _elsewhere(request, card)
    sentence = day_texts.headline(day)
    if others and day.state is DayState.CALM:
        # The big words may not speak for accounts they do not show.
        sentence = _("По этому счёту всё оплачено")
    page = SimplePage(
        sentence=sentence,
        where=card.row_name,
        elsewhere=roubles(others) if others else "",
        buttons=_buttons(card, day),
        by_another=person.simple_decided_at is None,
        unsure=" ".join(day_texts.unsure(day)) if Right.PAY in card.rights else "",
    )
    return render(request, "cabinet/simple.html", {"page": page})


def _shown(person_id: int, account: str) -> tuple[GroupView, AccountCard] | None:
    for group in account_queries.cabinet(person_id):
        for card in group.cards:
            if card.public_id == account:
                return group, card
    return None


def _elsewhere(request: HttpRequest, shown: AccountCard) -> Money:
    """What the person's other accounts owe by now: this page shows but one of them."""
    rest = [
        replace(group, cards=tuple(card for card in group.cards if card.public_id != shown.public_id))
        for group in account_queries.cabinet(person_of(request).person_id)
    ]
    if not any(group.cards for group in rest):
        return Money(0)
    now = now_of(request)
    return day_of(actor_of(request), now=now, local_today=timezone.localdate(now), groups=rest).owed


def _buttons(card: AccountCard, day: DayPlan) -> tuple[GiantButton, ...]:
    paying = day.state in (DayState.OVERDUE, DayState.DUE)
    found = []
    if Right.SUBMIT in card.rights:
        found.append(
            GiantButton(
                reverse("account-readings", args=(card.public_id,)),
                "meter",
                _("Передать показания"),
                _sending(day),
                day.state is DayState.READINGS,
            )
        )
    if Right.PAY in card.rights:
        url = f"{reverse('payment')}?only={card.public_id}"
        found.append(GiantButton(url, "wallet", _("Оплатить"), _owing(day), paying))
    return tuple(sorted(found, key=lambda button: not button.first))


def _sending(day: DayPlan) -> str:
    """What stands under «Передать показания»."""
    if day.sent:
        return _("уже переданы")
    if day.window is None:
        return _("в любой день")
    return _("до %(on)s") % {"on": _on(day.window.closes_on, day.today)}


def _owing(day: DayPlan) -> str:
    """What stands under «Оплатить»."""
    if not day.owed:
        return _("долга нет")
    if day.late or day.due_on is None:
        return roubles(day.owed)
    values = {"sum": roubles(day.owed), "on": _on(day.due_on, day.today)}
    return (_("%(sum)s до %(on)s") if day.of_one_day else _("%(sum)s, ближайший срок %(on)s")) % values


def _on(day: date, today: date) -> str:
    return day_texts.on_day(day, today)


@require_safe
@signed_in
def sections(request: HttpRequest) -> HttpResponse:
    """«Все разделы»: everything else of the cabinet, one press away."""
    rows = (
        SectionRow("/today/", "sun", _("Сегодня"), _("что просит внимания по всем счетам")),
        *(SectionRow(item.url, item.icon, str(item.label), "") for item in MENU),
        SectionRow("/bell/", "bell", _("Уведомления"), ""),
        SectionRow("/profile/", "person", _("Профиль"), _("телефон, почта, пароль, оформление")),
    )
    return render(request, "cabinet/simple_sections.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """Turn it on for one of one's accounts, or off."""
    form = SimpleForm(
        request.POST if request.method == "POST" else None,
        cards=_eligible(request),
        shown=person_of(request).simple_account,
    )

    def act() -> HttpResponse:
        operations.turn_on_simple_view(
            by=actor_of(request), account_public_id=form.cleaned_data["account"], now=now_of(request)
        )
        return redirect("simple")

    return form_page(
        request,
        "cabinet/simple_settings.html",
        lambda: _choice(request, form=form),
        form=form,
        explain=texts.explain,
        act=act,
    )


def _eligible(request: HttpRequest) -> list[AccountCard]:
    """The accounts for which the person may do something."""
    found = [card for group in account_queries.cabinet(person_of(request).person_id) for card in group.cards]
    return [card for card in found if card.rights & {Right.SUBMIT, Right.PAY}]


def _choice(request: HttpRequest, *, form: SimpleForm | None) -> dict[str, Any]:
    """What the choice shows; ``gone``: the account of the last choice is not in the cabinet any more."""
    person, cards = person_of(request), _eligible(request)
    shown = person.simple_account
    return {
        "form": form or SimpleForm(None, cards=cards, shown=shown),
        "cards": cards,
        "on": bool(shown),
        "gone": bool(shown) and _shown(person.person_id, shown) is None,
    }


@require_POST
@signed_in
def keep(request: HttpRequest) -> HttpResponse:
    """The person agrees to what somebody close has turned on."""
    operations.keep_simple_view(by=actor_of(request), now=now_of(request))
    return redirect("simple")


@require_POST
@signed_in
def off(request: HttpRequest) -> HttpResponse:
    """«Обычный вид»."""
    operations.turn_off_simple_view(by=actor_of(request), now=now_of(request))
    messages.success(request, _("Вернули обычный вид. Простой включается в профиле."))
    return redirect("today")


urlpatterns: list[URLPattern] = [
    path("simple/", simple, name="simple"),
    path("simple/sections/", sections, name="simple-sections"),
    path("simple/settings/", settings, name="simple-settings"),
    path("simple/keep/", keep, name="simple-keep"),
    path("simple/off/", off, name="simple-off"),
]

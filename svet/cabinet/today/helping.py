"""«Напоминать мне»: reminders of an account that its owner has opened to the person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, AccountNotFound
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.look.forms import form_page
from svet.today import operations, queries, texts
from svet.today.rules.helping import AHEAD


class HelpForm(Form):
    """How many days before the end."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("За сколько дней напоминать"),
        coerce=int,
        choices=lambda: [(each, days_before(each)) for each in AHEAD],
        initial=3,
        error_messages={
            "required": gettext_lazy("Выберите, за сколько дней напоминать."),
            "invalid_choice": gettext_lazy("Выберите число дней из списка."),
        },
    )


def days_before(days: int) -> str:
    """«за 3 дня»."""
    return ngettext("за %(days)d день", "за %(days)d дней", days) % {"days": days}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reminder(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Ask for reminders, or for another number of days."""
    card = _card(request, account_public_id)
    days = queries.wish_of(actor_of(request), account_id=card.account_id)
    form = HelpForm(
        request.POST if request.method == "POST" else None, initial={} if days is None else {"days": days}
    )

    def act() -> HttpResponse:
        operations.ask_for_help_reminders(
            by=actor_of(request),
            account_public_id=card.public_id,
            days=form.cleaned_data["days"],
            now=now_of(request),
        )
        messages.success(request, _("Будем напоминать. Какими способами — в настройках уведомлений."))
        return redirect("account-reminder", account_public_id=card.public_id)

    def context() -> dict[str, Any]:
        return {"card": card, "form": form, "on": days is not None}

    return form_page(
        request, "cabinet/reminder.html", context, form=form, explain=texts.explain_help, act=act
    )


@require_POST
@signed_in
def stop(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Remind no more."""
    card = _card(request, account_public_id)
    operations.end_help_reminders(by=actor_of(request), account_public_id=card.public_id, now=now_of(request))
    messages.success(request, _("Больше не напоминаем об этом счёте."))
    return redirect("account-reminder", account_public_id=card.public_id)


def _card(request: HttpRequest, account_public_id: str) -> AccountCard:
    try:
        return account_queries.card_of(actor_of(request), account_public_id=account_public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:account_public_id>/reminder/", reminder, name="account-reminder"),
    path("accounts/<public_id:account_public_id>/reminder/stop/", stop, name="account-reminder-stop"),
]

"""«Простой вид» for somebody close: turned on at an account that one of the two has opened to the other."""

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

from svet.accounts import operations, queries, texts
from svet.accounts.queries import AccountNotFound
from svet.accounts.queries.simple_view import CloseCabinet, close_cabinets
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.look.formats import phone
from svet.look.forms import form_page


class SimpleForForm(Form):
    """For whom."""

    link = forms.ChoiceField(
        label=gettext_lazy("Кому включить"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Выберите, кому включить простой вид."),
            "invalid_choice": gettext_lazy("Этому человеку включить простой вид нельзя."),
        },
    )

    def __init__(self, data: Any, *, people: list[CloseCabinet]) -> None:
        able = [one for one in people if not (one.on or one.decided)]
        super().__init__(data, initial={"link": able[0].link_public_id if len(able) == 1 else ""})
        field = self.fields["link"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.link_public_id, name_of(one)) for one in able]


def name_of(one: CloseCabinet) -> str:
    """Whom the page speaks of: the phone its reader has typed, or the owner of the account."""
    return phone(one.phone) if one.phone else _("Владелец счёта")


def _state(one: CloseCabinet) -> str:
    """Why it cannot be turned on; what the owner has chosen is theirs, a guest hears only that it cannot."""
    if not one.phone:
        return _("включить простой вид нельзя")
    if one.elsewhere:
        return _("простой вид уже включён для другого счёта")
    return _("простой вид уже включён") if one.on else _("обычный вид — собственный выбор")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def simple_for(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Choose for whom; they are told, and one press of theirs brings the usual cabinet back for good."""
    try:
        card = queries.card_of(actor_of(request), account_public_id=account_public_id)
        people = close_cabinets(actor_of(request), account_public_id=account_public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    form = SimpleForForm(request.POST if request.method == "POST" else None, people=people)

    def act() -> HttpResponse:
        operations.turn_on_simple_view_for(
            by=actor_of(request),
            account_public_id=card.public_id,
            link_public_id=form.cleaned_data["link"],
            now=now_of(request),
        )
        messages.success(request, _("Простой вид включён. Мы сообщили об этом тому, кому вы его включили."))
        return redirect("account-simple", account_public_id=card.public_id)

    def context() -> dict[str, Any]:
        return {
            "card": card,
            "form": form,
            "able": any(not (one.on or one.decided) for one in people),
            "done": [(name_of(one), _state(one)) for one in people if one.on or one.decided],
        }

    return form_page(request, "cabinet/simple_for.html", context, form=form, explain=texts.explain, act=act)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:account_public_id>/simple/", simple_for, name="account-simple"),
]

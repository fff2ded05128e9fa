"""The end of one contract at the desk: its day with a reason, another day, or that it goes on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts import queries, texts
from svet.accounts.queries.contracts import contract_ends
from svet.billing.operations.drafts import Entered, facts
from svet.kernel.refusals import NotFound
from svet.kernel.words import explain
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staff.shell.hands import after_fact, enter_fact, waiting_of
from svet.staffing.rules import Permission

_BAD_DAY = gettext_lazy("Введите день так: 31.12.2026.")


class EndingForm(ReasonForm):
    """The first day that is not charged any more; empty: the contract goes on."""

    on = forms.DateField(
        label=gettext_lazy("День окончания"),
        help_text=gettext_lazy(
            "Дни до него начисляются, с него начислений нет; показания этого дня — последние."
            " Пусто — договор действует дальше."
        ),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": _BAD_DAY},
    )
    field_order = ("on", "reason")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.TERMS)
def ending(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The page of one account."""
    try:
        account = queries.account_for(actor_of(request), public_id=account_public_id)
    except NotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    form = EndingForm(request.POST if request.method == "POST" else None, initial={"on": account.closed_on})

    seen: list[Entered] = []

    def act() -> HttpResponse | None:
        entered = enter_fact(
            request,
            account_public_id=account_public_id,
            fact=facts.contract_end(form.cleaned_data["on"]),
            reason=form.cleaned_data["reason"],
        )
        seen.append(entered)
        said = _("Окончание договора записано.")
        return after_fact(request, entered, said=said, to="staff-ending", key=account_public_id)

    def context() -> dict[str, Any]:
        return {
            "account": account,
            "form": form,
            "entered": seen[0] if seen else None,
            "waiting": waiting_of(request, account.account_id),
            "held": texts.contract_end(account.closed_on),
            "rows": [
                (texts.contract_end(each.closed_on), each) for each in contract_ends(account.account_id)
            ],
        }

    return answer(request, "staff/ending.html", context, form=form, act=act, explain=explain)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:account_public_id>/end/", ending, name="staff-ending"),
]

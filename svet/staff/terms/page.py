"""The terms of one account at the desk: what holds, what held, and a change with its day and reason."""

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
from svet.accounts.queries.terms import dated_terms, terms_history
from svet.accounts.rules.terms import Stove, TermsField, terms_at
from svet.billing.operations.drafts import Entered, facts
from svet.kernel.refusals import NotFound
from svet.kernel.words import explain
from svet.look.requests import now_of
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staff.shell.hands import after_fact, enter_fact, waiting_of
from svet.staffing.rules import Permission
from svet.tariffs import queries as tariffs

_KEEP = ("", gettext_lazy("не менять"))
_UNKNOWN = ("?", gettext_lazy("неизвестно"))
_BAD_DAY = gettext_lazy("Введите день так: 31.12.2026.")
_EMPTY = gettext_lazy("Пусто — не менять, «?» — неизвестно.")


class TermsForm(ReasonForm):
    """What changes from a day on; what is left empty stays as it is."""

    since = forms.DateField(
        label=gettext_lazy("С какого дня"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": _BAD_DAY, "required": _BAD_DAY},
    )
    tariff_group = forms.ChoiceField(label=gettext_lazy("Тарифная группа"), required=False)
    residents = forms.CharField(label=gettext_lazy("Зарегистрировано"), help_text=_EMPTY, required=False)
    area = forms.CharField(label=gettext_lazy("Площадь, м²"), help_text=_EMPTY, required=False)
    rooms = forms.CharField(label=gettext_lazy("Комнат"), help_text=_EMPTY, required=False)
    stove = forms.ChoiceField(
        label=gettext_lazy("Плита"),
        required=False,
        choices=[
            _KEEP,
            (Stove.GAS.value, gettext_lazy("газовая")),
            (Stove.ELECTRIC.value, gettext_lazy("электрическая")),
            _UNKNOWN,
        ],
    )
    electric_heating = forms.ChoiceField(
        label=gettext_lazy("Отопление"),
        required=False,
        choices=[
            _KEEP,
            ("yes", gettext_lazy("электрическое")),
            ("no", gettext_lazy("не электрическое")),
            _UNKNOWN,
        ],
    )
    field_order = [*(each.value for each in TermsField), "since", "reason"]

    def __init__(self, *args: Any, groups: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tariff_group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [_KEEP, *((code, f"{code}, {name}") for code, name in groups)]

    @property
    def asked(self) -> dict[str, str]:
        """What was filled in."""
        return {each.value: text for each in TermsField if (text := self.cleaned_data[each.value].strip())}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.TERMS)
def terms(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The page of one account."""
    try:
        account = queries.account_for(actor_of(request), public_id=account_public_id)
    except NotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    today = queries.provider_today(account.provider, now_of(request))
    groups = tariffs.groups(account.provider.region, on=today)
    form = TermsForm(
        request.POST if request.method == "POST" else None, groups=groups, initial={"since": today}
    )

    seen: list[Entered] = []

    def act() -> HttpResponse | None:
        entered = enter_fact(
            request,
            account_public_id=account_public_id,
            fact=facts.contract_terms(form.asked, since=form.cleaned_data["since"]),
            reason=form.cleaned_data["reason"],
        )
        seen.append(entered)
        said = _("Условия договора записаны.")
        return after_fact(request, entered, said=said, to="staff-terms", key=account_public_id)

    def context() -> dict[str, Any]:
        history = dated_terms([account.account_id])[account.account_id]
        names = dict(groups)
        rows = [(one, texts.terms_lines(one.terms.values)) for one in terms_history(account.account_id)]
        held = terms_at(history, today).values if history else None
        return {
            "account": account,
            "form": form,
            "entered": seen[0] if seen else None,
            "waiting": waiting_of(request, account.account_id),
            "rows": rows,
            "held": texts.terms_lines(held, group_name=names.get(held.tariff_group, "")) if held else [],
        }

    return answer(request, "staff/terms.html", context, form=form, act=act, explain=explain)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:account_public_id>/terms/", terms, name="staff-terms"),
]

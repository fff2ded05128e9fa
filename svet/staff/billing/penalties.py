"""«Пени»: what each supplier does about them, how months' runs showed them, and a choice from a month on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.kernel import words
from svet.kernel.periods import Month
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.penalties import texts
from svet.penalties.operations import PenaltyPolicyOutcome, set_penalty_policy
from svet.penalties.queries import choices_of, last_runs
from svet.penalties.queries.shown import PenaltyRunView
from svet.penalties.rules.policies import DatedChoice, PenaltyMode, choice_on
from svet.penalties.rules.streams import AllocationOrder
from svet.staff.billing.shell import ROOT, tabs
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission
from svet.tariffs.texts import explain

_URL = f"{ROOT}penalties/"
#: A year of months.
_RUNS = 12


class PenaltyPolicyForm(Form):
    """What holds from a month on; an empty field leaves it as it was."""

    provider = forms.ChoiceField(label=gettext_lazy("Поставщик"))
    since = forms.CharField(
        label=gettext_lazy("С месяца"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month"}),
        help_text=gettext_lazy("Например, 2027-01. Выставленные счета не меняются."),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Пени"),
        required=False,
        choices=[
            ("", gettext_lazy("как было")),
            (PenaltyMode.SHOWN.value, gettext_lazy("показывать в счёте")),
            (PenaltyMode.ACCRUED.value, gettext_lazy("начислять, не показывать")),
            (PenaltyMode.OFF.value, gettext_lazy("не начислять")),
        ],
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Что гасит оплата"),
        required=False,
        choices=[
            ("", gettext_lazy("как было")),
            (AllocationOrder.ENERGY_FIRST.value, gettext_lazy("сначала всё потребление, пени последними")),
            (
                AllocationOrder.MONTH_BY_MONTH.value,
                gettext_lazy("сначала старший месяц, в нём пени после потребления"),
            ),
        ],
    )

    def __init__(self, *args: Any, providers: list[ProviderView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(each.code, each.name) for each in providers]  # type: ignore[attr-defined]

    def clean_since(self) -> Month:
        """The month as a month."""
        try:
            return Month.parse(self.cleaned_data["since"])
        except ValueError:
            raise ValidationError(_("Введите месяц так: 2026-12."), code="invalid") from None


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def penalties(request: HttpRequest) -> HttpResponse:
    """The choices and runs of every supplier, and the form."""
    suppliers = account_queries.providers()
    form = PenaltyPolicyForm(request.POST if request.method == "POST" else None, providers=suppliers)

    def act() -> HttpResponse:
        given = form.cleaned_data
        provider = next(each for each in suppliers if each.code == given["provider"])
        outcome = set_penalty_policy(
            provider_id=provider.provider_id,
            since=given["since"].first,
            mode=PenaltyMode(given["mode"]) if given["mode"] else None,
            order=AllocationOrder(given["order"]) if given["order"] else None,
            by=actor_of(request),
            now=now_of(request),
        )
        unchanged = outcome is PenaltyPolicyOutcome.UNCHANGED
        messages.success(
            request, _("Так и было: ничего не изменено.") if unchanged else _("Правила пеней записаны.")
        )
        return redirect(_URL)

    return answer(
        request,
        "staff/billing_penalties.html",
        lambda: {
            "tabs": tabs("penalties"),
            "form": form,
            "suppliers": [_supplier(request, each) for each in suppliers],
        },
        form=form,
        act=act,
        explain=words.explain,
    )


def _supplier(request: HttpRequest, provider: ProviderView) -> dict[str, Any]:
    today = account_queries.provider_today(provider, now_of(request))
    choices = choices_of(provider.provider_id)
    held = max((each.since for each in choices if each.since <= today), default=None)
    return {
        "provider": provider,
        "now": texts.choice_words(choice_on(choices, today)),
        "choices": [_choice(each, holds=each.since == held) for each in reversed(choices)],
        "runs": [_run(each) for each in last_runs(provider.provider_id, limit=_RUNS) if _tells(each)],
    }


def _choice(row: DatedChoice, *, holds: bool) -> dict[str, Any]:
    return {
        "month": Month.of(row.since),
        "holds": holds,
        "mode": texts.mode_name(row.choice.mode),
        "order": texts.order_name(row.choice.order),
    }


def _tells(run: PenaltyRunView) -> bool:
    """Whether anything was to be shown in the month."""
    return run.mode is PenaltyMode.SHOWN or bool(run.accounts or run.untold)


def _run(run: PenaltyRunView) -> dict[str, Any]:
    return {
        "run": run,
        "mode": texts.mode_name(run.mode),
        "why": explain(run.missing) if run.untold and run.missing else "",
    }


urlpatterns: list[URLPattern] = [path("billing/penalties/", penalties, name="staff-billing-penalties")]

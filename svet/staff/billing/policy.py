"""«Правила»: the supplier's choices as dated rows, and a form that sets them from a month on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.billing import operations, queries
from svet.billing.operations import PolicyOutcome
from svet.billing.queries import PolicyView
from svet.billing.rules import Proration, Rules
from svet.kernel import words
from svet.kernel.periods import Month
from svet.look.formats import number, roubles
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.staff.billing.shell import PATIENCE, ROOT, tabs
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

_URL = f"{ROOT}policy/"


class AmountField(forms.DecimalField):
    """A number with a point or a comma, whatever language the page speaks."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        """Commas become points."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class PolicyForm(Form):
    """What holds from a month on; an empty field leaves its rule as it was."""

    provider = forms.ChoiceField(label=gettext_lazy("Поставщик"))
    valid_from = forms.CharField(
        label=gettext_lazy("С месяца"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month"}),
        help_text=gettext_lazy("Например, 2026-12. Начисленный месяц сохраняет свои правила."),
    )
    norm_kwh_per_person = AmountField(
        label=gettext_lazy("Норматив, кВт·ч на человека в месяц"), required=False
    )
    proration = forms.ChoiceField(
        label=gettext_lazy("Смена цен внутри месяца"),
        required=False,
        choices=[
            ("", gettext_lazy("как было")),
            (Proration.BY_DAY.value, gettext_lazy("по дням")),
            (Proration.AT_READING.value, gettext_lazy("по показанию")),
        ],
    )
    average_periods = forms.IntegerField(label=gettext_lazy("По среднему, месяцев подряд"), required=False)
    average_base_months = forms.IntegerField(label=gettext_lazy("Среднее за месяцев"), required=False)
    average_base_least = forms.IntegerField(label=gettext_lazy("и не меньше чем за"), required=False)
    problems_percent = AmountField(
        label=gettext_lazy("Счета не выставляются, если не начислено больше, %"),
        required=False,
    )
    movers_percent = AmountField(
        label=gettext_lazy("Заметное изменение в пробном расчёте, %"), required=False
    )
    decision_limit = AmountField(
        label=gettext_lazy("Решения больше этой суммы подписывают двое, ₽"), required=False, decimal_places=2
    )
    brake_limit = AmountField(
        label=gettext_lazy("Пересчёт одного счёта больше этой суммы ждёт человека, ₽"),
        required=False,
        decimal_places=2,
    )
    brake_months = forms.IntegerField(
        label=gettext_lazy("Пересчёт старше этого ждёт человека, месяцев"), required=False
    )
    totals_percent = AmountField(
        label=gettext_lazy("Сумма месяца изменилась больше, % — счета ждут человека"), required=False
    )
    movers_share = AmountField(
        label=gettext_lazy("Заметно изменившихся счетов больше, % — счета ждут человека"), required=False
    )
    release_required = forms.BooleanField(
        label=gettext_lazy("Начислять только после выпуска вторым сотрудником"),
        required=False,
        help_text=gettext_lazy(
            "Снять это требование можно только командой на сервере: svet policy set --no-release."
        ),
    )

    def __init__(self, *args: Any, providers: list[ProviderView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(each.code, each.name) for each in providers]  # type: ignore[attr-defined]

    def clean_valid_from(self) -> Month:
        """The month as a month."""
        try:
            return Month.parse(self.cleaned_data["valid_from"])
        except ValueError:
            raise ValidationError(_("Введите месяц так: 2026-12."), code="invalid") from None


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def policy(request: HttpRequest) -> HttpResponse:
    """The rows of every provider, and the form."""
    suppliers = account_queries.charging_providers()
    posted = request.POST if request.method == "POST" else None
    form = PolicyForm(posted, providers=suppliers)

    def act() -> HttpResponse:
        given = form.cleaned_data
        provider = next(each for each in suppliers if each.code == given["provider"])
        report = operations.set_policy(
            provider_id=provider.provider_id,
            valid_from=given["valid_from"].first,
            norm_kwh_per_person=given["norm_kwh_per_person"],
            proration=Proration(given["proration"]) if given["proration"] else None,
            average_periods=given["average_periods"],
            average_base_months=given["average_base_months"],
            average_base_least=given["average_base_least"],
            problems_percent=given["problems_percent"],
            movers_percent=given["movers_percent"],
            decision_kopecks=_kopecks(given["decision_limit"]),
            brake_kopecks=_kopecks(given["brake_limit"]),
            brake_months=given["brake_months"],
            totals_percent=given["totals_percent"],
            movers_share=given["movers_share"],
            # Whoever charges must not take the second signature away by themselves.
            release_required=True if given["release_required"] else None,
            by=actor_of(request),
            now=now_of(request),
            patience=PATIENCE,
        )
        messages.success(
            request,
            _("Так и было: ничего не изменено.")
            if report.outcome is PolicyOutcome.UNCHANGED
            else _("Правила записаны."),
        )
        return redirect(_URL)

    return answer(
        request,
        "staff/billing_policy.html",
        lambda: {"tabs": tabs("policy"), "form": form, "suppliers": _suppliers(request, suppliers)},
        form=form,
        act=act,
        explain=words.explain,
    )


def _kopecks(roubles_given: Decimal | None) -> int | None:
    return None if roubles_given is None else int(roubles_given * 100)


def _suppliers(request: HttpRequest, suppliers: list[ProviderView]) -> list[dict[str, Any]]:
    today = timezone.localdate(now_of(request))
    found = []
    for provider in suppliers:
        rows = queries.policies(provider_id=provider.provider_id)
        holding = max((row.valid_from for row in rows if row.valid_from <= today), default=None)
        shown = [_row(row, holds=row.valid_from == holding) for row in reversed(rows)]
        current = next((row.rules for row in rows if row.valid_from == holding), Rules())
        found.append(
            {"provider": provider, "rows": shown, "required": current.release_required, "since": holding}
        )
    return found


def _row(row: PolicyView, *, holds: bool) -> dict[str, Any]:
    rules = row.rules
    norm = rules.norm_kwh_per_person
    by_day = rules.proration is Proration.BY_DAY
    return {
        "month": Month.of(row.valid_from),
        "holds": holds,
        "norm": _("не задан") if norm is None else number(norm),
        "proration": _("по дням") if by_day else _("по показанию"),
        "average": _("%(periods)s, за %(months)s, не меньше %(least)s")
        % {
            "periods": rules.average_periods,
            "months": rules.average_base_months,
            "least": rules.average_base_least,
        },
        "problems": number(rules.problems_percent),
        "movers": number(rules.movers_percent),
        "decision": roubles(rules.decision_kopecks),
        "brake": _("%(sum)s, %(months)s мес.")
        % {"sum": roubles(rules.brake_kopecks), "months": rules.brake_months},
        "unlike": _("%(sum)s\u00a0%% суммы, %(accounts)s\u00a0%% счетов")
        % {"sum": number(rules.totals_percent), "accounts": number(rules.movers_share)},
        "release": _("нужна") if rules.release_required else _("не нужна"),
    }


urlpatterns: list[URLPattern] = [path("billing/policy/", policy, name="staff-billing-policy")]

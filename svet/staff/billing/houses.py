"""«Дома»: houses with common needs, and one house: rooms, readings, the arithmetic of a month."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts import queries as account_queries
from svet.billing.operations.house_registers import enter_house_reading, reopen_house_month
from svet.billing.queries.house_views import HouseDivision, HouseView, house_division, house_view, houses
from svet.billing.texts import houses as texts
from svet.kernel.periods import Month
from svet.look.formats import energy
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.staff.billing.shell import PAGE, PATIENCE, ROOT, around, page_of, tabs
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

#: So many readings are shown; older ones are in the registers.
_VALUES = 24


class HouseReadingForm(Form):
    """What a meter of a house showed at the end of a month."""

    month = forms.CharField(
        label=gettext_lazy("Месяц"), max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    meter = forms.ChoiceField(label=gettext_lazy("Прибор учёта"))
    value = forms.CharField(
        label=gettext_lazy("Показания на конец месяца"),
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    others = forms.CharField(
        label=gettext_lazy("Помещения не наших счетов, кВт·ч"),
        required=False,
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    turned = forms.BooleanField(label=gettext_lazy("Счётчик перешёл через ноль"), required=False)

    def __init__(self, *args: Any, view: HouseView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meter"].choices = [(each.serial, each.serial) for each in view.meters]  # type: ignore[attr-defined]


@require_safe
@desk_page(Permission.BILLING)
def houses_list(request: HttpRequest) -> HttpResponse:
    """The houses of every supplier, those that cannot be told first."""
    number = page_of(request)
    suppliers = []
    rows: list[object] = []
    for provider in account_queries.charging_providers():
        found = houses(provider_id=provider.provider_id, limit=PAGE + 1, offset=(number - 1) * PAGE)
        rows = max(rows, list(found), key=len)
        if found:
            suppliers.append((provider, found[:PAGE]))
    context = {"tabs": tabs("houses"), "suppliers": suppliers, **around(number, rows)}
    return render(request, "staff/billing_houses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def house(request: HttpRequest, house_public_id: str) -> HttpResponse:
    """One house; POST enters a reading of it, or lets the next run compute a month again."""
    view = house_view(house_public_id)
    if view is None:
        deny_as_missing(request, subject="house", public_id=house_public_id)
    url = f"{ROOT}houses/{view.public_id}/"
    reopened = _month(request.POST.get("reopen", ""))
    if request.method == "POST" and reopened is not None:
        by, now = actor_of(request), now_of(request)
        if reopen_house_month(house_public_id=view.public_id, month=reopened, by=by, now=now):
            messages.success(request, _("Следующее начисление пересчитает этот месяц дома."))
        return redirect(f"{url}?month={reopened}")
    form = HouseReadingForm(request.POST if request.method == "POST" else None, view=view)

    def act() -> HttpResponse:
        given = form.cleaned_data
        report = enter_house_reading(
            house_public_id=view.public_id,
            cells={
                **{name: given[name] for name in ("month", "meter", "value", "others")},
                "turned": "yes" if given["turned"] else "",
            },
            by=actor_of(request),
            now=now_of(request),
            patience=PATIENCE,
        )
        messages.success(
            request,
            _("Так и было: ничего не изменено.")
            if report.unchanged
            else _("Показания записаны. Они войдут в следующее начисление."),
        )
        return redirect(url)

    return answer(
        request,
        "staff/billing_house.html",
        lambda: _context(view, form, _month(request.GET.get("month", ""))),
        form=form,
        act=act,
        explain=texts.explain_houses,
    )


def _context(view: HouseView, form: HouseReadingForm, asked: Month | None) -> dict[str, Any]:
    month = asked if asked in view.months else next(iter(view.months), None)
    division = None if month is None else house_division(view.public_id, month)
    return {
        "tabs": tabs("houses"),
        "house": view,
        "form": form if view.meters else None,
        "terms": [(each, texts.way_name(each.way)) for each in view.terms],
        "values": view.values[:_VALUES],
        "troubles": [(each.month, texts.unknown(each.reason, each.details)) for each in view.troubles],
        "division": division,
        "formulas": [] if division is None else _formulas(division),
        "parts": [] if division is None else _parts(division),
    }


def _formulas(division: HouseDivision) -> list[tuple[str, str]]:
    """The arithmetic of a month, step by step."""
    volume = division.volume
    steps = [(_("Прибор учёта дома"), texts.meter_formula(each)) for each in division.meters]
    if division.losses:
        steps.append((_("С потерями"), texts.losses_formula(division.meters, division.losses)))
    steps.append((_("Помещения"), texts.rooms_formula(volume, division.others)))
    if volume.by_norm is not None:
        steps.append((_("По нормативу"), energy(volume.by_norm)))
    steps.append((_("На общедомовые нужды"), texts.volume_formula(volume)))
    return steps


def _parts(division: HouseDivision) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "area": share.area,
            "kwh": share.kwh,
            "formula": texts.share_formula(division.volume, share.area, share.kwh),
        }
        for number, share in division.parts
    ]


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


urlpatterns: list[URLPattern] = [
    path("houses/", houses_list, name="staff-billing-houses"),
    path("houses/<public_id:house_public_id>/", house, name="staff-billing-house"),
]

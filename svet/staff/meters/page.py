"""Replacing a meter at the desk: the old one's last values, the new one's face and first values."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.billing.operations.drafts import Entered, facts
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.words import explain
from svet.metering import queries
from svet.metering import texts as metering_texts
from svet.metering.operations import MeterRow
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingRefused, ReplaceReason, Scheme, Zone, parse_value, zones_of
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staff.shell.hands import after_fact, enter_fact, waiting_of
from svet.staffing.rules import Permission

_DATES = ["%Y-%m-%d", "%d.%m.%Y"]
_BAD_DAY = gettext_lazy("Введите день так: 31.12.2026.")


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=_DATES,
        error_messages={"invalid": _BAD_DAY, "required": _BAD_DAY},
    )


class ReplaceForm(ReasonForm):
    """Two meters on one page; the scales of the old one are known, the new one's are all offered."""

    installed_on = _day(gettext_lazy("День замены"), required=True)
    serial = forms.CharField(label=gettext_lazy("Номер нового прибора"), required=False, strip=False)
    type_name = forms.CharField(label=gettext_lazy("Тип"), required=False, max_length=80)
    scheme = forms.TypedChoiceField(
        label=gettext_lazy("Шкалы"),
        coerce=int,
        choices=[
            (Scheme.SINGLE.value, gettext_lazy("Одна: круглосуточная")),
            (Scheme.DAY_NIGHT.value, gettext_lazy("Две: день и ночь")),
            (Scheme.PEAKS.value, gettext_lazy("Три: пик, полупик, ночь")),
        ],
    )
    digits = forms.IntegerField(label=gettext_lazy("Цифр до запятой"), min_value=3, max_value=8, initial=6)
    decimals = forms.IntegerField(
        label=gettext_lazy("Цифр после запятой"), min_value=0, max_value=3, initial=0
    )
    ratio = forms.CharField(
        label=gettext_lazy("Коэффициент трансформации"),
        help_text=gettext_lazy("Трансформаторы те же — оставьте как есть."),
        required=False,
    )
    verified_on = _day(gettext_lazy("Последняя поверка"))
    next_verification_on = _day(gettext_lazy("Следующая поверка"))

    def __init__(self, *args: Any, old: MeterView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ratio"].initial = metering_texts.number(old.ratio)
        for zone in zones_of(old.scheme):
            self.fields[f"final_{zone.value}"] = forms.CharField(
                label=_("%(scale)s: последние показания")
                % {"scale": metering_texts.scale_name(zone, old.service)},
                required=False,
            )
        for zone in Zone:
            self.fields[f"initial_{zone.value}"] = forms.CharField(
                label=metering_texts.scale_name(zone, old.service), required=False
            )

    @property
    def finals(self) -> list[forms.BoundField]:
        """The scales of the old meter."""
        return [self[name] for name in self.fields if name.startswith("final_")]

    @property
    def initials(self) -> list[forms.BoundField]:
        """Every scale the new one may have."""
        return [self[name] for name in self.fields if name.startswith("initial_")]

    def final_values(self, old: MeterView) -> dict[Zone, Decimal]:
        """The old meter's last values. :raises ReadingRefused:"""
        return {
            zone: parse_value(
                self.cleaned_data[f"final_{zone.value}"],
                digits=old.digits,
                decimals=old.decimals,
                unit=old.unit,
                field=f"final_{zone.value}",
            )
            for zone in zones_of(old.scheme)
        }

    def ratio_value(self) -> Decimal | None:
        """The ratio of the new meter; None: as before. :raises ReadingRefused:"""
        text = "".join(self.cleaned_data["ratio"].split()).replace(",", ".")
        try:
            return Decimal(text) if text else None
        except InvalidOperation:
            raise ReadingRefused(ReplaceReason.RATIO, field="ratio") from None

    def new_meter(self, old: MeterView) -> MeterRow:
        """The new meter; scales left empty start at zero. :raises ReadingRefused:"""
        data = self.cleaned_data
        return MeterRow(
            account_id=old.account_id,
            serial=data["serial"],
            installed_on=data["installed_on"],
            scheme=data["scheme"],
            digits=data["digits"],
            decimals=data["decimals"],
            type_name=data["type_name"],
            verified_on=data["verified_on"],
            next_verification_on=data["next_verification_on"],
            initial={
                zone: parse_value(
                    data[f"initial_{zone.value}"] or "0",
                    digits=data["digits"],
                    decimals=data["decimals"],
                    unit=old.unit,
                    field=f"initial_{zone.value}",
                )
                for zone in zones_of(data["scheme"])
            },
        )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.LINKS)
def replace(request: HttpRequest, meter_public_id: str) -> HttpResponse:
    """The page of one replacement."""
    try:
        old = queries.meter_for(actor_of(request), public_id=meter_public_id)
    except NotFound:
        deny_as_missing(request, subject="meter", public_id=meter_public_id)
    form = ReplaceForm(request.POST if request.method == "POST" else None, old=old)

    seen: list[Entered] = []

    def act() -> HttpResponse | None:
        try:
            fact = facts.meter_replaced(
                meter_public_id,
                final=form.final_values(old),
                new=form.new_meter(old),
                ratio=form.ratio_value(),
            )
            entered = enter_fact(
                request,
                account_public_id=old.account.public_id,
                fact=fact,
                reason=form.cleaned_data["reason"],
            )
        except NotFound:
            deny_as_missing(request, subject="meter", public_id=meter_public_id)
        except Refused as error:
            raise _named(error) from None
        seen.append(entered)
        said = _("Прибор заменён, новый № %(serial)s.") % {"serial": entered.outcome}
        return after_fact(request, entered, said=said, to="staff-link-account", key=old.account.public_id)

    return answer(
        request,
        "staff/meter_replace.html",
        lambda: {
            "form": form,
            "old": old,
            "entered": seen[0] if seen else None,
            "waiting": waiting_of(request, old.account_id),
        },
        form=form,
        act=act,
        explain=explain,
    )


def _named(refused: Refused) -> Refused:
    """A scale of the old meter, or the number, under the name it has in this form."""
    if refused.field in set(Zone):
        refused.field = f"final_{refused.field}"
    elif refused.field == "meter_number":
        refused.field = "serial"
    return refused


urlpatterns: list[URLPattern] = [
    path("meters/<public_id:meter_public_id>/replace/", replace, name="staff-meter-replace"),
]

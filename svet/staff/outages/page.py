"""«Отключения»: announcing one, seeing first whom it meets; other hours, other houses, its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

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
from svet.accounts.queries import ProviderView
from svet.kernel.refusals import NotFound
from svet.kernel.writing import plain
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.outages import operations, queries, texts
from svet.outages.queries import Met
from svet.outages.rules import (
    LONGEST_WHY,
    OutageKind,
    OutageState,
    OutageWords,
    PlaceLine,
    checked,
    checked_places,
    mark_of,
)
from svet.outages.rules.files import read_moment
from svet.outages.rules.views import OutageView
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission

DESK = Desk(
    name="outages",
    label=gettext_lazy("Отключения"),
    url="/staff/outages/",
    icon="bolt",
    permission=Permission.OUTAGES,
    letter="u",
)
_MOMENT = gettext_lazy("Местное время поставщика, например 29.11.2026 10:00.")
_PLACES = gettext_lazy(
    "Строка — улица: «Озёрск; ул. Лесная; 1–15 нечётные, 20». Без домов — вся улица, без улицы — весь город."
)
_BADGES = {
    OutageState.PLANNED: "info",
    OutageState.BEGUN: "warning",
    OutageState.OVER: "neutral",
    OutageState.CANCELLED: "neutral",
}


class MomentsForm(Form):
    """When it begins and ends by the supplier's clock."""

    begins = forms.CharField(max_length=20, label=gettext_lazy("Начало"), help_text=_MOMENT)
    ends = forms.CharField(max_length=20, required=False, label=gettext_lazy("Конец"))

    def moments(self, zone: str) -> dict[str, Any]:
        """The two moments. :raises OutageRefused: one of them is none"""
        begins, ends = self.cleaned_data["begins"], self.cleaned_data["ends"]
        return {
            "begins_at": read_moment(begins, zone=ZoneInfo(zone), field="begins"),
            "ends_at": read_moment(ends, zone=ZoneInfo(zone), field="ends") if ends else None,
        }


class HoursForm(MomentsForm, ReasonForm):
    """Other hours, and why."""

    field_order = ["begins", "ends", "reason"]


class OutageForm(MomentsForm):
    """A new outage; ``shown`` stands for the words whose preview the member has seen."""

    provider = forms.ChoiceField(label=gettext_lazy("Поставщик"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Вид"),
        choices=[
            (OutageKind.PLANNED.value, gettext_lazy("Плановые работы")),
            (OutageKind.EMERGENCY.value, gettext_lazy("Авария")),
        ],
    )
    places = forms.CharField(
        label=gettext_lazy("Адреса"), help_text=_PLACES, widget=forms.Textarea(attrs={"rows": 5})
    )
    why = forms.CharField(
        max_length=LONGEST_WHY, label=gettext_lazy("Причина"), help_text=gettext_lazy("Её увидят люди.")
    )
    shown = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    field_order = ["provider", "kind", "begins", "ends", "places", "why"]

    def __init__(self, data: Any = None, *, suppliers: Mapping[str, ProviderView], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.suppliers = suppliers
        field = cast(forms.ChoiceField, self.fields["provider"])
        field.choices = [(one.code, one.name) for one in suppliers.values()]

    def words(self) -> OutageWords:
        """What was typed. :raises OutageRefused: a moment is none"""
        given = self.cleaned_data
        return OutageWords(
            kind=OutageKind(given["kind"]),
            why=given["why"],
            places=read_places(given["places"]),
            **self.moments(self.suppliers[given["provider"]].time_zone),
        )


class PlacesForm(ReasonForm):
    """Other streets and houses; ``shown`` stands for those whose preview the member has seen."""

    shown = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    places = forms.CharField(
        label=gettext_lazy("Адреса"), help_text=_PLACES, widget=forms.Textarea(attrs={"rows": 5})
    )
    field_order = ["places", "reason"]


def read_places(text: str) -> tuple[PlaceLine, ...]:
    """Lines of settlement, street and houses; the operation judges them."""
    parts = [[part.strip() for part in line.split(";", 2)] for line in text.splitlines() if line.strip()]
    return tuple(PlaceLine(*part) for part in parts)


@require_safe
@desk_page(Permission.OUTAGES)
def outages(request: HttpRequest) -> HttpResponse:
    """What stands and what comes, then what is over."""
    now, asked = now_of(request), plain(request.GET.get("q", ""))[:60]
    lists = [
        (name, [_row(view) for view in queries.outages_for_desk(now=now, past=past, like=asked)])
        for name, past in ((_("Сейчас и скоро"), False), (_("Прошлые и отменённые"), True))
    ]
    return render(request, "staff/outages.html", {"lists": lists, "wanted": asked, "most": queries.MOST})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.OUTAGES)
def new_outage(request: HttpRequest) -> HttpResponse:
    """The form; its first answer is whom it meets, its second announces what was seen."""
    suppliers = {one.code: one for one in account_queries.charging_providers()}
    form = OutageForm(request.POST if request.method == "POST" else None, suppliers=suppliers)
    seen: dict[str, Any] = {}

    def act() -> HttpResponse | None:
        words = checked(form.words(), now=now_of(request))
        provider = suppliers[form.cleaned_data["provider"]]
        mark = words.seen_mark(provider.code)
        if request.POST.get("act") == "announce" and form.cleaned_data["shown"] == mark:
            key = operations.enter_outage(
                words, provider_id=provider.provider_id, by=actor_of(request), now=now_of(request)
            )
            if words.kind is OutageKind.EMERGENCY:
                said = _("Отключение объявлено. Люди узнают о нём в ближайшие десять минут.")
            else:
                said = _("Отключение объявлено. Люди узнают о нём не раньше чем за три дня, обычно днём.")
            messages.success(request, said)
            return redirect("staff-outage", key)
        met = queries.met_by(words.places, provider_id=provider.provider_id, now=now_of(request))
        seen.update(met=_met(words.places, met), mark=mark)
        return None

    def context() -> dict[str, Any]:
        return {"form": form, **seen}

    return answer(request, "staff/outage_new.html", context, form=form, act=act, explain=texts.explain)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.OUTAGES)
def outage(request: HttpRequest, outage_public_id: str) -> HttpResponse:
    """One outage: whom it meets, its history, what may be done with it."""
    now = now_of(request)
    try:
        view = queries.outage(public_id=outage_public_id, now=now)
    except NotFound:
        deny_as_missing(request, subject="outage", public_id=outage_public_id)
    asked = request.POST.get("act", "") if request.method == "POST" else ""
    data = request.POST if asked else None
    hours = HoursForm(data if asked == "move" else None, initial=_hours(view), prefix="hours")
    places = PlacesForm(
        data if asked == "places" else None, initial={"places": _typed(view)}, prefix="places"
    )
    ending = ReasonForm(data if asked in ("cancel", "end") else None, prefix="ending")
    seen: dict[str, Any] = {}
    form: Form = {"move": hours, "places": places}.get(asked, ending)

    def act() -> HttpResponse | None:
        terms: dict[str, Any] = {
            "public_id": outage_public_id,
            "reason": form.cleaned_data["reason"],
            "by": actor_of(request),
            "now": now,
        }
        match asked:
            case "move":
                operations.move_outage(**hours.moments(view.zone.key), **terms)
            case "places":
                lines = checked_places(read_places(places.cleaned_data["places"]))
                mark = mark_of(view.begins_at, view.ends_at, lines)
                # What stands already is refused by the operation: there is nothing to see.
                if mark not in (places.cleaned_data["shown"], view.mark):
                    seen.update(new_met=_met(lines, _met_by(view, lines, now)), new_mark=mark)
                    return None
                operations.readdress_outage(places=lines, **terms)
            case "cancel":
                operations.cancel_outage(**terms)
            case "end":
                operations.end_outage(**terms)
            case _:
                return None
        messages.success(request, _("Записано. Кому уже сообщили, узнают об изменении."))
        return redirect("staff-outage", outage_public_id)

    def context() -> dict[str, Any]:
        changes = queries.changes_of(outage_id=view.outage_id)
        return {
            "row": _row(view),
            "met": _met(view.places, _met_by(view, view.places, now)),
            "told": queries.told_count(outage_id=view.outage_id),
            "history": [
                (each, texts.OUTAGE_ACTS[each.act], _when(view, each.begins_at, each.ends_at))
                for each in changes
            ],
            "hours": hours,
            "places": places,
            "ending": ending,
            # A work that overruns its hours gets others, as long as nobody said that it is over.
            "open": view.state is not OutageState.CANCELLED and view.ended_at is None,
            "stands": view.state in (OutageState.PLANNED, OutageState.BEGUN),
            **seen,
            "begun": view.state is OutageState.BEGUN,
        }

    return answer(request, "staff/outage.html", context, form=form, act=act, explain=texts.explain)


def _row(view: OutageView) -> dict[str, Any]:
    return {
        "outage": view,
        "when": _when(view, view.begins_at, view.ends_at),
        "state": texts.STATES[view.state],
        "badge": _BADGES[view.state],
        "kind": texts.KINDS[view.kind],
        "places": [texts.place_line(each) for each in view.places],
    }


def _when(view: OutageView, begins: Any, ends: Any) -> str:
    return texts.hours_in_figures(begins, ends, zone=view.zone)


def _met(places: tuple[PlaceLine, ...], met: Met) -> dict[str, Any]:
    return {
        "accounts": len(met.accounts),
        "cabinets": met.cabinets,
        "places": list(zip(map(texts.place_line, places), met.by_place, strict=True)),
    }


def _met_by(view: OutageView, places: tuple[PlaceLine, ...], now: datetime) -> Met:
    return queries.met_by(places, provider_id=view.provider_id, now=now)


def _hours(view: OutageView) -> dict[str, str]:
    ends = "" if view.ends_at is None else f"{view.ends_at.astimezone(view.zone):%d.%m.%Y %H:%M}"
    return {"begins": f"{view.local_begins:%d.%m.%Y %H:%M}", "ends": ends}


def _typed(view: OutageView) -> str:
    return "\n".join("; ".join((one.city, one.street, one.houses)).rstrip("; ") for one in view.places)


urlpatterns: list[URLPattern] = [
    path("outages/", outages, name="staff-outages"),
    path("outages/new/", new_outage, name="staff-outage-new"),
    path("outages/<public_id:outage_public_id>/", outage, name="staff-outage"),
]

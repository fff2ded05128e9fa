"""«Сегодня»: one sentence, the tasks in the order of their days, money on its way, what happened lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import GroupView
from svet.cabinet.shell.places import path_of
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.cabinet.today import calendar, helping, simple
from svet.cabinet.today.recent import RecentLine, recent_line
from svet.history.queries import timeline
from svet.history.rules import HistoryFilters
from svet.kernel.places import Place
from svet.look.formats import day_and_month
from svet.today import texts
from svet.today.queries import day_of
from svet.today.rules import DayPlan, DayState, Duty, DutyKind
from svet.today.texts.days import listed

#: How far back «Недавно» looks, and how many lines it has.
_LATELY = timedelta(days=62)
_LINES = 3
_ICONS = {
    DutyKind.MONEY: "warning",
    DutyKind.UNFINISHED: "clock",
    DutyKind.PAY: "wallet",
    DutyKind.BILL: "receipt",
    DutyKind.READINGS: "meter",
    DutyKind.READINGS_FOR: "people",
    DutyKind.INVITATION: "people",
    DutyKind.VERIFICATION: "calendar",
}
#: How calm the day is: the sun is whole, half risen, or only its glow is seen.
_SUNS = {
    DayState.CALM: "full",
    DayState.NEW: "low",
    DayState.OVERDUE: "low",
}


@dataclass(frozen=True, slots=True)
class DayRow:
    """A row that leads somewhere; the whole of it is the target."""

    url: str
    icon: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """Everything «Сегодня» shows."""

    weekday: str
    badge: str
    sentence: str
    notes: tuple[str, ...]
    sun: str
    action: str
    action_icon: str
    action_url: str
    cannot_pay: bool
    rows: tuple[DayRow, ...]
    recent: tuple[RecentLine, ...]


@require_safe
@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """The day of the whole cabinet."""
    groups = account_queries.cabinet(person_of(request).person_id)
    day = day_of(
        actor_of(request), now=now_of(request), local_today=timezone.localdate(now_of(request)), groups=groups
    )
    return render(request, "cabinet/today.html", {"day": _page(request, day, groups)})


def _page(request: HttpRequest, day: DayPlan, groups: list[GroupView]) -> DayPage:
    return DayPage(
        weekday=f"{date_format(day.today, 'l').capitalize()}, {day_and_month(day.today)}",
        badge=texts.badge(day),
        sentence=texts.headline(day),
        notes=texts.notes(day),
        sun=_SUNS.get(day.state, "half"),
        action=texts.action(day),
        action_icon=_ICONS[day.lead.kind] if day.lead is not None else "plus",
        action_url=path_of(day.lead.place) if day.lead is not None else reverse("account-add"),
        cannot_pay=day.state is DayState.OVERDUE and day.may_agree,
        rows=(
            *_outages(day),
            *_moving(day),
            *_planned(day),
            *_promised(day),
            *_running(day),
            *(_row(duty, day) for duty in day.duties),
        ),
        recent=_recent(request, day, groups) if day.accounts else (),
    )


def _outages(day: DayPlan) -> tuple[DayRow, ...]:
    several = day.accounts > 1
    return tuple(
        DayRow(reverse("outages"), "bolt", each.title, listed(each.titles) if several else "")
        for each in day.outages
    )


def _moving(day: DayPlan) -> tuple[DayRow, ...]:
    return tuple(
        DayRow(
            path_of(Place("payment-order", (each.public_id,))),
            "clock",
            texts.moving_title(each),
            texts.moving_note(each),
        )
        for each in day.moving
    )


def _planned(day: DayPlan) -> tuple[DayRow, ...]:
    return tuple(
        DayRow(
            path_of(Place("autopay")),
            "wallet",
            texts.planned_title(each, today=day.today),
            texts.planned_note(each),
        )
        for each in day.planned
    )


def _promised(day: DayPlan) -> tuple[DayRow, ...]:
    return tuple(
        DayRow(
            reverse("promise", args=[each.account_public_id]),
            "calendar",
            texts.promised_title(each, today=day.today),
            each.title,
        )
        for each in day.promised
    )


def _running(day: DayPlan) -> tuple[DayRow, ...]:
    return tuple(
        DayRow(reverse("instalments", args=[each.account_public_id]), "calendar", each.words, each.title)
        for each in day.plans
    )


def _row(duty: Duty, day: DayPlan) -> DayRow:
    return DayRow(
        path_of(duty.place),
        _ICONS[duty.kind],
        texts.duty_title(duty, today=day.today),
        texts.duty_note(duty, today=day.today),
    )


def _recent(request: HttpRequest, day: DayPlan, groups: list[GroupView]) -> tuple[RecentLine, ...]:
    found = timeline(
        actor=actor_of(request),
        filters=HistoryFilters(since=day.today - _LATELY, until=day.today),
        size=_LINES,
        own=groups,
    )
    names = account_queries.row_names([card for group in groups for card in group.cards])
    cards = [card for month in found.months for card in month.cards]
    return tuple(
        recent_line(card, person_id=person_of(request).person_id, names=names) for card in cards[:_LINES]
    )


urlpatterns: list[URLPattern] = [
    path("today/", today, name="today"),
    *calendar.urlpatterns,
    *simple.urlpatterns,
    *helping.urlpatterns,
]

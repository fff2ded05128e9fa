"""The page of an account's months, and the same as a table for a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, AccountNotFound
from svet.bills.rules.lines import merged
from svet.bills.texts import labels, line_formula, line_title
from svet.cabinet.shell.forms import add_refusal
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.cabinet.usage import files
from svet.cabinet.usage.alike import alike_shown
from svet.cabinet.usage.budget import BudgetForm, budget_shown
from svet.cabinet.usage.chart import draw
from svet.cabinet.usage.forecast import forecast_of
from svet.cabinet.usage.table import UsageTableRow
from svet.cabinet.usage.year import year_page, year_told
from svet.kernel.periods import Month
from svet.look.formats import NBSP, energy, roubles
from svet.usage import texts
from svet.usage.operations import drop_budget, hide_alike, set_budget
from svet.usage.queries import month_forecast, story_of
from svet.usage.rules import (
    BudgetRefused,
    UsageMonth,
    UsageStory,
    energy_reasons,
    money_reasons,
)
from svet.usage.texts import wording


@dataclass(frozen=True, slots=True)
class Tab:
    """One way of looking."""

    url: str
    text: str
    current: bool


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A part of a difference; ``share`` is its bar in percent of the largest."""

    title: str
    note: str
    value: str
    share: int


@dataclass(frozen=True, slots=True)
class BillLineShown:
    """A line of the month's bill in short."""

    title: str
    formula: str
    value: str


@dataclass(frozen=True, slots=True)
class MonthShown:
    """The opened month."""

    name: str
    value: str
    other: str
    per_day: str
    difference: str
    same: bool
    more: bool
    reasons: tuple[ReasonShown, ...]
    marks: tuple[str, ...]
    lines: tuple[BillLineShown, ...]
    bill_public_id: str
    earlier: str
    later: str


@require_safe
@signed_in
def usage_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The months of one account; ``?in=rub`` shows money, ``?month=2026-11`` opens a month."""
    return _render(request, _card(request, public_id))


def _render(
    request: HttpRequest, card: AccountCard, *, form: BudgetForm | None = None, status: int = 200
) -> HttpResponse:
    story = story_of(account_id=card.account_id)
    context: dict[str, object] = {"card": card, "story": story}
    if story.months:
        today = account_queries.provider_today(card.provider, now_of(request))
        told = month_forecast(account_id=card.account_id, story=story, on=today)
        money = request.GET.get("in") == "rub"
        opened = _opened(request, story)
        context |= {
            "sentence": texts.sentence(story, money=money),
            "recalculated": wording.story_recalculated(story),
            "tabs": _tabs(card, opened.month, money=money),
            "money": money,
            "chart": draw(story, money=money, chosen=opened.month),
            "month": _shown(story, opened, card=card, money=money),
            "names": [labels.zone_label(zone) for zone in story.zones],
            "rows": _rows(story),
            "link": address(card, money=money),
            "alike": alike_shown(request, card, story),
            "last_year": year_told(account_id=card.account_id, today=today),
            "forecast": forecast_of(told),
            "budget": budget_shown(request, account_id=card.account_id, forecast=told, form=form),
        }
    return render(request, "cabinet/usage.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def budget(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep one's own limit for a month; what cannot be kept is said beside its field."""
    card = _card(request, public_id)
    if request.method != "POST" or not card.provider.service.charged_here:
        return redirect("usage", card.public_id)  # a reload of a refusal, or nothing to limit
    form = BudgetForm(request.POST)
    if form.is_valid():
        try:
            set_budget(
                by=actor_of(request),
                account_public_id=card.public_id,
                kind=form.cleaned_data["kind"],
                limit=form.in_units,
                now=now_of(request),
            )
        except BudgetRefused as refused:
            add_refusal(form, refused, texts.explain_budget(refused))
        else:
            return redirect(f"{reverse('usage', args=(card.public_id,))}#budget")
    return _render(request, card, form=form, status=422)


@require_POST
@signed_in
def budget_off(request: HttpRequest, public_id: str) -> HttpResponse:
    """No limit any more."""
    card = _card(request, public_id)
    drop_budget(by=actor_of(request), account_public_id=card.public_id, now=now_of(request))
    return redirect(f"{reverse('usage', args=(card.public_id,))}#budget")


@require_POST
@signed_in
def choose_alike(request: HttpRequest, public_id: str) -> HttpResponse:
    """Switch the comparison off for this person, or on again."""
    card = _card(request, public_id)
    hide_alike(by=actor_of(request), hidden=request.POST.get("alike") == "hide", now=now_of(request))
    return redirect(f"{reverse('usage', args=(card.public_id,))}#alike")


def _card(request: HttpRequest, public_id: str) -> AccountCard:
    try:
        return account_queries.card_of(actor_of(request), account_public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)


def _opened(request: HttpRequest, story: UsageStory) -> UsageMonth:
    """The month asked for, the last one without asking. :raises Http404: no month, or none with a bill"""
    asked = request.GET.get("month", "")
    if not asked:
        return story.months[0]
    try:
        found = story.month(Month.parse(asked))
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def address(card: AccountCard, *, money: bool, month: Month | None = None) -> str:
    """Where a month is looked at in kWh or roubles."""
    parts = ("in=rub" if money else "", f"month={month}" if month is not None else "")
    query = "&".join(filter(None, parts))
    base = reverse("usage", args=(card.public_id,))
    return f"{base}?{query}" if query else base


def _tabs(card: AccountCard, month: Month, *, money: bool) -> tuple[Tab, ...]:
    return (
        Tab(address(card, money=False, month=month), _("кВт·ч"), not money),
        Tab(address(card, money=True, month=month), "₽", money),
    )


def _shown(story: UsageStory, opened: UsageMonth, *, card: AccountCard, money: bool) -> MonthShown:
    before = story.compared_with(opened.month)
    gap = Decimal(0)
    if before is not None:
        gap = Decimal(opened.kopecks - before.kopecks) if money else opened.kwh - before.kwh
    near = [story.month(opened.month.plus(step)) for step in (-1, 1)]
    earlier, later = (
        f"{address(card, money=money, month=each.month)}#month" if each is not None else "" for each in near
    )
    name = labels.month_label(opened.month)
    return MonthShown(
        # A heading between two arrows: where it does not fit, the year goes below.
        name=(name[:1].upper() + name[1:]).replace(NBSP, " "),
        value=texts.value_of(opened, money=money),
        other=texts.value_of(opened, money=not money),
        per_day=texts.per_day(opened),
        difference="" if before is None else texts.difference(gap, before.month, money=money),
        same=not gap,
        more=gap > 0,
        reasons=() if before is None else _reasons(opened, before, money=money),
        marks=texts.marks(opened),
        lines=tuple(
            BillLineShown(line_title(line), line_formula(line), roubles(line.kopecks))
            for line in merged(opened.lines)
        ),
        bill_public_id=opened.bill_public_id,
        earlier=earlier,
        later=later,
    )


def _reasons(now: UsageMonth, then: UsageMonth, *, money: bool) -> tuple[ReasonShown, ...]:
    found = (
        [(each.kind, Decimal(each.kopecks)) for each in money_reasons(now, then)]
        if money
        else [(each.kind, each.kwh) for each in energy_reasons(now, then)]
    )
    largest = max((abs(value) for _kind, value in found), default=Decimal(1))
    return tuple(
        ReasonShown(
            texts.reason(kind, more=value > 0),
            texts.reason_note(kind, now, then),
            roubles(int(value), sign=True) if money else energy(value, sign=True),
            max(1, round(abs(value) / largest * 100)),
        )
        for kind, value in found
    )


def _rows(story: UsageStory) -> tuple[UsageTableRow, ...]:
    return tuple(
        UsageTableRow(
            month=each.month,
            zones=tuple(energy(each.of_zone(zone).kwh) for zone in story.zones),
            kwh=each.kwh,
            per_day=texts.daily(each) or "—",
            year_ago=energy(before.kwh) if (before := story.year_before(each.month)) is not None else "—",
            kopecks=each.kopecks,
        )
        for each in story.months
    )


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:public_id>/usage/", usage_page, name="usage"),
    path("accounts/<public_id:public_id>/usage/<int:year>/", year_page, name="usage-year"),
    *files.urlpatterns,
    path("accounts/<public_id:public_id>/usage/budget/", budget, name="usage-budget"),
    path("accounts/<public_id:public_id>/usage/budget/off/", budget_off, name="usage-budget-off"),
    path("accounts/<public_id:public_id>/usage/alike/", choose_alike, name="usage-alike"),
]

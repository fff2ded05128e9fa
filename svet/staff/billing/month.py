"""One month of a provider: its checks, its dry run, its release, its charge, its bills, each with its act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.billing import queries
from svet.billing.operations import asking
from svet.billing.operations.confirming import confirm_totals
from svet.billing.operations.turnstile import a_register_is_taken
from svet.billing.queries.dry_runs import DryRunView, charged_otherwise, dry_run_of
from svet.billing.queries.month_brake import unlike_month
from svet.billing.queries.months import BillingMonthView, checked_month, month_view, newest_task
from svet.billing.queries.problem_desk import problem_share
from svet.billing.rules.month_checks import CheckState, blocked
from svet.billing.rules.months import UNCHARGED, MonthState, MonthTaskState, same_person
from svet.billing.rules.policies import too_many
from svet.billing.texts import months as month_texts
from svet.bills.operations.asking import ask_issue
from svet.bills.queries.gathering import unissued
from svet.kernel import words
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.requests import now_of
from svet.staff.billing.shell import ROOT, month_at, provider_at, tabs
from svet.staff.shell.desk import actor_of, desk_page, member_at
from svet.staffing.rules import Permission

#: Seconds between two looks at what the background does.
REFRESH: Final = 3
Act = Callable[..., None]
_ACTS: Final[dict[str, tuple[Act, Any]]] = {
    "dry_run": (asking.ask_dry_run, gettext_lazy("Пробный расчёт поставлен в очередь.")),
    "release": (
        asking.ask_release,
        gettext_lazy("Подпись принята: пересчитаем ещё раз и, если ничего не изменилось, начислим."),
    ),
    "charge": (asking.ask_charge, gettext_lazy("Начисление поставлено в очередь.")),
    "confirm": (confirm_totals, gettext_lazy("Итоги месяца подтверждены.")),
    "issue": (ask_issue, gettext_lazy("Выставление счетов поставлено в очередь.")),
}
_CHECK_KINDS: Final = {
    CheckState.OK: "success",
    CheckState.WARNED: "warning",
    CheckState.BLOCKED: "error",
}
_TASK_KINDS: Final = {
    MonthTaskState.WAITING: "info",
    MonthTaskState.RUNNING: "info",
    MonthTaskState.DONE: "success",
    MonthTaskState.REFUSED: "warning",
    MonthTaskState.FAILED: "error",
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def month(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The month as it stands; ``act`` asks the background for the next step."""
    provider, asked = provider_at(request, code), month_at(request, period)
    now = now_of(request)
    if request.method == "POST":
        return _act(request, provider, asked, now)
    task = _task(provider, asked, now)
    if request.headers.get("HX-Request") == "true":
        if task is None or not task["unfinished"]:
            # The work is over: the whole page tells how things stand.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "staff/billing_task.html", {"task": task, "refresh": REFRESH})
    return render(request, "staff/billing_month.html", _page(request, provider, asked, now, task))


def _act(request: HttpRequest, provider: ProviderView, period: Month, now: datetime) -> HttpResponse:
    act, done = _ACTS.get(request.POST.get("act", ""), (None, ""))
    if act is not None:
        try:
            act(provider_id=provider.provider_id, period=period, by=actor_of(request), now=now)
        except Refused as refused:
            messages.error(request, words.explain(refused))
        else:
            messages.success(request, str(done))
    return redirect(f"{ROOT}{provider.code}/{period}/")


def _page(
    request: HttpRequest,
    provider: ProviderView,
    period: Month,
    now: datetime,
    task: dict[str, Any] | None,
) -> dict[str, Any]:
    view = month_view(provider_id=provider.provider_id, period=period)
    looked_at = dry_run_of(provider_id=provider.provider_id, period=period)
    rules = queries.rules_for(provider.provider_id, period)
    checks = [] if view.state not in UNCHARGED else checked_month(
        provider=provider,
        period=period,
        today=account_queries.provider_today(provider, now),
        published_only=asking.published_only(),
    )  # fmt: skip
    busy = task is not None and task["unfinished"] and not task["silent"]
    own = looked_at is not None and _own(request, looked_at)
    ready = view.state is MonthState.READY
    may_release = ready and not own and not blocked(checks)
    return {
        "tabs": tabs("months"),
        "provider": provider,
        "period": period,
        "view": view,
        "state": month_texts.state_name(view.state, alone=not rules.release_required),
        "rules": rules,
        "task": task,
        "refresh": REFRESH,
        "checks": [
            {
                "name": month_texts.point_name(each.point),
                "text": month_texts.point_text(each),
                "state": month_texts.check_name(each.state),
                "kind": _CHECK_KINDS[each.state],
            }
            for each in checks
        ],
        "blocked": len(blocked(checks)),
        "dry_run": looked_at,
        "too_many": view.state in UNCHARGED
        and looked_at is not None
        and too_many(
            problems=looked_at.problem_count, accounts=looked_at.accounts, percent=rules.problems_percent
        ),
        "own": own and ready,
        "uncharged": view.state in UNCHARGED,
        "may_rehearse": view.state in UNCHARGED and not busy,
        "may_release": may_release and not busy,
        "may_charge": _may_charge(view, required=rules.release_required) and not busy,
        **_charged(provider, period, view, looked_at, busy=busy),
    }


def _own(request: HttpRequest, looked_at: DryRunView) -> bool:
    member = member_at(request)
    return same_person(
        first=(looked_at.made_by_person_id, looked_at.made_by), second=(member.person_id, member.name)
    )


def _may_charge(view: BillingMonthView, *, required: bool) -> bool:
    if view.state in (MonthState.RELEASED, MonthState.CHARGING):
        return True
    if view.state is MonthState.READY:
        return not required
    return (
        view.state in (MonthState.CHARGED, MonthState.ISSUED)
        and view.run is not None
        and view.run.problems > 0
    )


def _charged(
    provider: ProviderView,
    period: Month,
    view: BillingMonthView,
    looked_at: DryRunView | None,
    *,
    busy: bool,
) -> dict[str, Any]:
    """What the page tells of a month that was charged."""
    if view.run is None:
        return {}
    gate = ""
    try:
        queries.refuse_issuing(provider_id=provider.provider_id, period=period, despite_problems=False)
    except Refused as refused:
        gate = words.explain(refused)
    done = view.state in (MonthState.CHARGED, MonthState.ISSUED)
    lasted = view.run.duration
    return {
        "run": view.run,
        "duration": "" if lasted is None else month_texts.duration(lasted),
        "share": problem_share(provider_id=provider.provider_id, period=period),
        "gate": gate if done else "",
        "may_confirm": view.state is MonthState.CHARGED
        and unlike_month(provider_id=provider.provider_id, period=period) is not None,
        "may_issue": done and not gate and not busy and _lacks_bills(provider, period, view),
        "otherwise": charged_otherwise(dry_run_id=looked_at.dry_run_id, period=period)
        if looked_at is not None and done
        else 0,
    }


def _lacks_bills(provider: ProviderView, period: Month, view: BillingMonthView) -> bool:
    """Whether bills are to be issued: none is yet, or somebody has been charged behind them."""
    if view.issued_at is None:
        return True
    return bool(unissued(provider_id=provider.provider_id, period=period, after=0, limit=1))


def _task(provider: ProviderView, period: Month, now: datetime) -> dict[str, Any] | None:
    found = newest_task(provider_id=provider.provider_id, period=period)
    if found is None:
        return None
    return {
        "view": found,
        "name": month_texts.task_name(found.kind),
        "state": month_texts.task_state_name(found.state),
        "kind": _TASK_KINDS[found.state],
        "unfinished": found.unfinished,
        "silent": found.silent(now),
        "waits": found.unfinished and a_register_is_taken(),
        "refusal": month_texts.task_refusal(found),
        "url": f"{ROOT}{provider.code}/{period}/",
    }


urlpatterns: list[URLPattern] = [
    path("billing/<slug:code>/<str:period>/", month, name="staff-billing-month"),
]

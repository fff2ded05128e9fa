"""«Рассрочки»: what payers ask that the rule does not decide alone: two members sign, or one says no."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from svet.arrangements.operations.plans import refuse_plan, sign_plan
from svet.arrangements.queries.plans import decided_by_rule, plan_by_id, plans_of
from svet.arrangements.rules.plans import InstalmentState
from svet.arrangements.rules.views import WaitingInstalment
from svet.arrangements.texts import plans as wording
from svet.kernel.words import explain
from svet.look.requests import now_of
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission
from svet.staffing.texts import name_in_words

_BADGES = {
    InstalmentState.WAITING: "warning",
    InstalmentState.STANDING: "info",
    InstalmentState.PAID: "success",
    InstalmentState.BROKEN: "error",
}
_COUNTED = timedelta(days=365)


class PlanForm(ReasonForm):
    """Why a plan is refused; who signs it gives no reason."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["reason"].label = _("Причина отказа")
        self.fields["reason"].help_text = _("Для подписи она не нужна.")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def plan(request: HttpRequest, plan_public_id: str) -> HttpResponse:
    """One plan: its parts, what became of earlier ones of the account, two signatures or a no."""
    by, now = actor_of(request), now_of(request)
    found = plan_by_id(plan_public_id, now=now)
    if found is None:
        deny_as_missing(request, subject="instalments", public_id=plan_public_id)
    form = PlanForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        asked = request.POST.get("act", "")
        if asked == "sign":
            stands = sign_plan(by=by, plan_public_id=plan_public_id, now=now)
            said = (
                _("Подписано: рассрочка действует, плательщику сообщили.")
                if stands
                else _("Подписано. Нужна подпись ещё одного сотрудника.")
            )
            messages.success(request, said)
        elif asked == "refuse":
            refuse_plan(by=by, plan_public_id=plan_public_id, reason=form.cleaned_data["reason"], now=now)
            messages.success(request, _("Отказано, плательщику сообщили."))
        return redirect("staff-money-plan", plan_public_id)

    def context() -> dict[str, Any]:
        known = plan_by_id(plan_public_id, now=now) or found
        earlier = plans_of(known.plan.account_id, now=now)
        return {
            "row": shown_plan(known),
            "form": form,
            "waits": known.plan.state is InstalmentState.WAITING,
            "mine": member_at(request).person_id in (known.plan.person_id, known.first_id),
            "earlier": [wording.plan_line(one) for one in earlier if one.public_id != known.plan.public_id],
        }

    return answer(request, "staff/money_plan.html", context, form=form, act=act, explain=explain)


def shown_plan(one: WaitingInstalment) -> dict[str, Any]:
    """A plan in words."""
    return {
        "it": one,
        "months": wording.months_words(one.plan.months),
        "state": wording.plan_state(one.plan.state),
        "badge": _BADGES.get(one.plan.state, "neutral"),
        "first_by": name_in_words(one.first_by),
        "signed_by": name_in_words(one.signed_by),
        "ended_by": name_in_words(one.ended_by),
    }


def decided_words(*, now: datetime) -> str:
    """How many requests of a year needed nobody."""
    asked, alone = decided_by_rule(since=timezone.localdate(now) - _COUNTED)
    return _("За год просили %(asked)s, без подписей оформлено %(alone)s.") % {
        "asked": asked,
        "alone": alone,
    }


urlpatterns: list[URLPattern] = [
    path("money/plans/<public_id:plan_public_id>/", plan, name="staff-money-plan"),
]

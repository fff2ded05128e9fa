"""«Вторая подпись»: what gives back more than one hand may, with what it does now; signing and refusing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.billing.operations import drafts as operations
from svet.billing.operations.drafts.facts import VERBS
from svet.billing.queries.drafts import (
    DraftEntry,
    decided_drafts,
    draft_by_id,
    waiting_draft_count,
    waiting_drafts,
)
from svet.billing.rules.drafts import FactEffect
from svet.billing.texts.drafts import FACT_NAMES, draft_state, fact_lines
from svet.kernel.refusals import Refused
from svet.kernel.words import explain
from svet.look.requests import now_of
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staff.signatures.about import about
from svet.staffing.rules import Permission

_MOST, _PAGE = 100, 50

DESK = Desk(
    name="signatures",
    label=gettext_lazy("Вторая подпись"),
    url="/staff/signatures/",
    icon="check",
    permission=Permission.TERMS,
    letter="j",
    count=waiting_draft_count,
)


@require_safe
@desk_page(Permission.TERMS)
def signatures(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and what became of the latest others."""
    now, asked = now_of(request), request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= 100_000 else 1
    found = decided_drafts(limit=_PAGE + 1, offset=(number - 1) * _PAGE)
    waiting = waiting_drafts(now=now, limit=_MOST) if number == 1 else []
    context = {
        "waiting": [_row(request, each) for each in waiting],
        "count": waiting_draft_count(now),
        "rows": [_row(request, each) for each in found[:_PAGE]],
        "before": number - 1,
        "after": number + 1 if len(found) > _PAGE else 0,
    }
    return render(request, "staff/signatures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.TERMS)
def draft(request: HttpRequest, fact_public_id: str) -> HttpResponse:
    """One draft: what it says, what it gives back by what is known now, and a hand for or against it."""
    entry = draft_by_id(fact_public_id)
    if entry is None:
        deny_as_missing(request, subject="draft", public_id=fact_public_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {
        "by": actor_of(request),
        "draft_public_id": fact_public_id,
        "now": now_of(request),
    }

    def act() -> HttpResponse:
        verb = request.POST.get("act")
        if verb == "sign":
            operations.sign_draft(**given, shown=request.POST.get("shown", "")[:32])
            messages.success(request, _("Подписано: возврат войдёт в следующее начисление."))
        elif verb == "refuse":
            operations.refuse_draft(**given, reason=form.cleaned_data["reason"])
            messages.success(request, _("Отказано. Тот, кто внёс, увидит причину здесь."))
        elif verb == "withdraw":
            operations.withdraw_draft(**given)
            messages.success(request, _("Отозвано: ничего не изменилось."))
        return redirect("staff-draft", fact_public_id)

    def context() -> dict[str, Any]:
        known = draft_by_id(fact_public_id) or entry
        row = _row(request, known)
        effect, trouble = _effect(given) if row["waits"] else (None, "")
        return {
            **row,
            "form": form,
            "lines": [*about(known), *fact_lines(known.kind, known.facts)],
            "photo": known.facts.get("photo", "") if row["waits"] else "",
            "effect": effect,
            "trouble": trouble,
            "moved": effect is not None and effect.given != known.given,
        }

    return answer(request, "staff/draft.html", context, form=form, act=act, explain=explain)


def _effect(given: dict[str, Any]) -> tuple[FactEffect | None, str]:
    """What it would do now, or why it cannot be entered any more."""
    try:
        return operations.preview_draft(**given), ""
    except Refused as refused:
        return None, explain(refused)


def _row(request: HttpRequest, entry: DraftEntry) -> dict[str, Any]:
    now, member = now_of(request), member_at(request)
    state, kind = draft_state(entry, now=now)
    waits, mine = entry.waits(now), entry.by_id == member.person_id
    return {
        "draft": entry,
        "name": FACT_NAMES[entry.kind],
        "state": state,
        "kind": kind,
        "waits": waits,
        "mine": waits and mine,
        "may_sign": waits and not mine and VERBS[entry.kind].permission in member.permissions,
    }


urlpatterns: list[URLPattern] = [
    path("signatures/", signatures, name="staff-signatures"),
    path("signatures/<public_id:fact_public_id>/", draft, name="staff-draft"),
]

"""«Настройка»: the company, its suppliers, and what waits for a second member; the command does the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from svet.kernel import words
from svet.kernel.refusals import NotFound, Refused
from svet.look.requests import now_of
from svet.setup.operations import desk, files
from svet.setup.operations.fields import RETAILER, SUPPLIER
from svet.setup.queries import DraftView, present, waiting_drafts, waiting_drafts_count
from svet.site.queries import coming_agreement, current_agreement
from svet.site.rules import AgreementKind
from svet.staff.setup import agreements, sections
from svet.staff.setup.forms import facts, label_of, words_of
from svet.staff.setup.lacking import lacking
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm
from svet.staffing.rules import Permission

DESK = Desk(
    name="setup",
    label=gettext_lazy("Настройка"),
    url=sections.ROOT,
    icon="edit",
    permission=Permission.SETUP,
    letter="i",
    count=lambda now: waiting_drafts_count(),
)


@require_safe
@desk_page(Permission.SETUP)
def setup(request: HttpRequest) -> HttpResponse:
    """Everything that is set up, and what waits for a second member."""
    state = present(now=now_of(request))
    today = timezone.localdate(now_of(request))
    context = {
        "lacks": [
            {"lack": each, "mine": each.permission in member_at(request).permissions}
            for each in lacking(state, now=now_of(request))
        ],
        "agreements": [
            {
                "standing": current_agreement(kind=each, today=today),
                "coming": coming_agreement(kind=each, today=today),
            }
            for each in AgreementKind
        ],
        "retailer": facts(RETAILER, state.retailer),
        "suppliers": [
            {"code": code, "name": answers["name"], "facts": facts(SUPPLIER, answers)}
            for code, answers in state.suppliers.items()
        ],
        "drafts": [
            _shown(request, each, state.suppliers.get(each.code, each.wanted)) for each in waiting_drafts()
        ],
    }
    return render(request, "staff/setup.html", context)


def _shown(request: HttpRequest, draft: DraftView, supplier: Mapping[str, str]) -> dict[str, Any]:
    return {
        "draft": draft,
        "name": supplier["name"],
        "own": draft.by_id == member_at(request).person_id,
        "rows": [
            {
                "question": label_of(each),
                "before": words_of(each.key, draft.standing.get(each.key, "")),
                "after": words_of(each.key, draft.wanted.get(each.key, "")),
            }
            for each in SUPPLIER
            if draft.wanted.get(each.key, "") != draft.standing.get(each.key, "")
        ],
        "form": ReasonForm(prefix=draft.public_id),
    }


@require_safe
@desk_page(Permission.SETUP)
def setup_file(request: HttpRequest) -> HttpResponse:
    """What stands as the file that ``svet setup --file`` takes; keys and passwords are not in it."""
    return HttpResponse(
        files.written(present(now=now_of(request))),
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="svet-setup.toml"'},
    )


@require_POST
@desk_page(Permission.SETUP)
def decide(request: HttpRequest, draft_public_id: str, verb: str) -> HttpResponse:
    """Sign what another member has asked for, or say no."""
    form = ReasonForm(request.POST, prefix=draft_public_id)
    by, now = actor_of(request), now_of(request)
    try:
        if verb == "refuse":
            reason = form.cleaned_data["reason"] if form.is_valid() else ""
            desk.refuse_draft(draft_public_id=draft_public_id, reason=reason, by=by, now=now)
            messages.success(request, _("Отказ записан, ничего не изменилось."))
        else:
            desk.sign_draft(draft_public_id=draft_public_id, by=by, now=now)
            messages.success(request, _("Подписано: действует с этой минуты."))
    except NotFound:
        deny_as_missing(request, subject="supplier_draft", public_id=draft_public_id)
    except Refused as refused:
        messages.error(request, words.explain(refused))
    return redirect(DESK.url)


urlpatterns: list[URLPattern] = [
    path("setup/", setup, name="staff-setup"),
    path("setup/svet-setup.toml", setup_file, name="staff-setup-file"),
    *sections.urlpatterns,
    *agreements.urlpatterns,
    path("setup/drafts/<public_id:draft_public_id>/sign/", decide, {"verb": "sign"}, name="staff-setup-sign"),
    path(
        "setup/drafts/<public_id:draft_public_id>/refuse/",
        decide,
        {"verb": "refuse"},
        name="staff-setup-refuse",
    ),
]

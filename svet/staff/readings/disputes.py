"""«Возражения»: both readings, what the difference costs, the customer's words and photo; the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from svet.billing import queries as billing
from svet.billing import texts as billing_texts
from svet.billing.operations.drafts import facts
from svet.kernel.refusals import NotFound, Refused
from svet.look.requests import now_of
from svet.metering import operations, queries, texts
from svet.metering.queries import DisputeView, MeterView, SetView
from svet.staff.readings.form import Typed, boxes, posted_text, take_photo, typed_values
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staff.shell.hands import enter_fact, left_words
from svet.staffing.rules import Permission

PAGE = 20


def _count(now: datetime) -> int:
    return queries.waiting_dispute_count()


DESK = Desk(
    name="disputes",
    label=gettext_lazy("Возражения"),
    url="/staff/disputes/",
    icon="help",
    permission=Permission.READINGS,
    letter="e",
    count=_count,
)


def _shown(request: HttpRequest, dispute: DisputeView, *, typed: Typed | None) -> dict[str, Any]:
    control, meter = _control(request, dispute)
    found = billing.control_difference(control, meter=meter)
    own = {v.zone: texts.number(v.value) for v in found.own.values} if found.own is not None else {}
    raw = {f"value-{v.zone}": texts.number(v.value) for v in control.values} | {
        "read_on": control.read_on.isoformat()
    }
    return {
        "dispute": dispute,
        "state": texts.DISPUTE_STATES[dispute.state],
        "control": control,
        "account": meter.account,
        "told": billing_texts.next_bill(found.effect) if found.effect else "",
        "photos": queries.photos_of([dispute.set_id])[dispute.set_id],
        "rows": [
            {
                "title": texts.scale_name(v.zone, meter.service),
                "own": own.get(v.zone, "—"),
                "control": texts.number(v.value),
                "difference": found.by_zone.get(v.zone, 0),
            }
            for v in control.values
        ],
        "typed": typed or Typed(raw=raw),
        "boxes": boxes(meter, (typed or Typed(raw=raw)).raw, typed.errors if typed is not None else {}),
    }


def _control(request: HttpRequest, dispute: DisputeView) -> tuple[SetView, MeterView]:
    """The disputed reading and its meter."""
    control = queries.sets_by_id(set_ids=[dispute.set_id])[dispute.set_id]
    return control, queries.meter_for(actor_of(request), public_id=control.meter_public_id)


def _page(request: HttpRequest, *, answered: dict[str, Typed], status: int) -> HttpResponse:
    waiting = queries.waiting_disputes(limit=PAGE)
    shown = [_shown(request, each, typed=answered.get(each.public_id)) for each in waiting]
    return render(request, "staff/disputes.html", {"shown": shown}, status=status)


@require_safe
@desk_page(Permission.READINGS)
def disputes(request: HttpRequest) -> HttpResponse:
    """The oldest objections nobody has answered."""
    return _page(request, answered={}, status=200)


@require_POST
@desk_page(Permission.READINGS)
def answer(request: HttpRequest, dispute_public_id: str) -> HttpResponse:
    """Read the meter again, let the control reading stand, or put another in its place."""
    act, words = request.POST.get("act", ""), posted_text(request, "words")
    by, now = actor_of(request), now_of(request)
    dispute = queries.dispute_by_id(dispute_public_id)
    if dispute is None:
        deny_as_missing(request, subject="dispute", public_id=dispute_public_id)
    typed = Typed(raw={name: posted_text(request, name) for name in request.POST})
    try:
        if act == "check":
            operations.check_dispute(by=by, dispute_public_id=dispute.public_id, words=words, now=now)
        elif act == "decline":
            operations.decline_dispute(by=by, dispute_public_id=dispute.public_id, words=words, now=now)
        elif act == "uphold":
            typed = typed_values(request, _control(request, dispute)[1])
            typed.raw["words"] = words
            read_on = typed.day()
            take_photo(request, typed, by=by)
            if not typed.errors and read_on is not None:
                entered = enter_fact(
                    request,
                    account_public_id=_control(request, dispute)[1].account.public_id,
                    fact=facts.dispute_upheld(
                        dispute.public_id,
                        values=typed.values,
                        read_on=read_on,
                        words=words,
                        act_number=posted_text(request, "act_number")[:40],
                        photo=typed.photo_public_id,
                    ),
                    reason=words,
                    unseen=True,
                )
                if entered.draft:
                    messages.warning(request, left_words(entered))
                    return redirect("staff-draft", entered.draft)
        else:
            typed.errors["all"] = _("Выберите ответ.")
    except NotFound:
        deny_as_missing(request, subject="dispute", public_id=dispute_public_id)
    except Refused as refused:
        typed.refuse(refused)
    if typed.errors:
        if not dispute.is_open:
            messages.error(request, next(iter(typed.errors.values())))
            return redirect(DESK.url)
        return _page(request, answered={dispute.public_id: typed}, status=422)
    messages.success(request, _("Ответ отправлен клиенту."))
    return redirect(DESK.url)


urlpatterns: list[URLPattern] = [
    path("disputes/", disputes, name="staff-disputes"),
    path("disputes/<public_id:dispute_public_id>/", answer, name="staff-dispute"),
]

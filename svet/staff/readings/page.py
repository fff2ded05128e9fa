"""«Проверка показаний»: odd sets beside their photos; take them, refuse them, or write what is true."""

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

from svet.billing.operations.drafts import Entered, facts
from svet.billing.queries.drafts import waiting_photo
from svet.bills.texts import source_label
from svet.kernel.refusals import Refused
from svet.look.photos import photo_response
from svet.metering import operations, queries, texts
from svet.metering.queries import MeterNotFound, ReviewItem, SetView
from svet.staff.readings.form import Typed, boxes, posted_text, refusal_words, typed_values
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staff.shell.hands import after_fact, enter_fact
from svet.staffing.rules import Permission

PAGE = 20


def _count(now: datetime) -> int:
    return queries.review_count()


DESK = Desk(
    name="readings",
    label=gettext_lazy("Проверка показаний"),
    url="/staff/readings/",
    icon="meter",
    permission=Permission.READINGS,
    letter="r",
    count=_count,
)


def _shown(item: ReviewItem, *, typed: Typed | None = None) -> dict[str, Any]:
    sent = {f"value-{value.zone}": texts.number(value.value) for value in item.view.values}
    errors = typed.errors if typed is not None else {}
    return {
        "item": item,
        "account": item.meter.account,
        "source": source_label(item.view.channel),
        "why": texts.doubts_line(item.sent.doubts, item.meter.service),
        "rows": [
            {
                "title": texts.scale_name(dial.zone, dial.service),
                "before": texts.number(dial.base.value),
                "before_on": dial.base.on,
                "sent": sent.get(f"value-{dial.zone}", "—"),
                "used": next((v.consumption for v in item.view.values if v.zone == dial.zone), None),
                "usual": item.usual[dial.zone],
            }
            for dial in item.dials
        ],
        "boxes": boxes(item.meter, typed.raw if typed is not None else sent, errors),
        "reason": typed.raw.get("reason", "") if typed is not None else "",
        "errors": errors,
    }


def _page(
    request: HttpRequest, *, answered: dict[int, Typed] | None = None, status: int = 200
) -> HttpResponse:
    items = queries.review_queue(limit=PAGE)
    shown = [_shown(item, typed=(answered or {}).get(item.view.set_id)) for item in items]
    context = {"shown": shown, "total": queries.review_count(), "page": PAGE}
    return render(request, "staff/readings.html", context, status=status)


@require_safe
@desk_page(Permission.READINGS)
def review(request: HttpRequest) -> HttpResponse:
    """The oldest sets that wait."""
    return _page(request)


@require_POST
@desk_page(Permission.READINGS)
def decide(request: HttpRequest, set_public_id: str) -> HttpResponse:
    """One set: accept, reject with a reason, or correct with values and a reason."""
    view = _set(request, set_public_id)
    items = queries.review_items([view.set_id])
    act, words = request.POST.get("act", ""), posted_text(request, "reason")
    typed = Typed(raw={"reason": words})
    entered: Entered | None = None
    try:
        if act == "correct" and items:
            typed = typed_values(request, items[0].meter)
            if not typed.errors:
                if not words:
                    raise operations.ReviewRefused(operations.ReviewReason.WORDS, field="reason")
                turned = bool(request.POST.get("turned"))
                entered = enter_fact(
                    request,
                    account_public_id=items[0].meter.account.public_id,
                    fact=facts.corrected(view.set_id, values=typed.values, turned=turned, words=words),
                    reason=words,
                    unseen=True,
                )
        elif act in ("accept", "reject"):
            entered = _decide(request, view, accept=act == "accept", words=words)
        else:
            typed.errors["all"] = _("Выберите, что сделать с показаниями.")
    except Refused as refused:
        typed.refuse(refused)
    if typed.errors:
        if not items or view.state != "under_review":
            messages.error(request, next(iter(typed.errors.values())))
            return redirect(DESK.url)
        return _page(request, answered={view.set_id: typed}, status=422)
    said = _("Показания %(number)s решены, клиенту сообщили.") % {"number": view.receipt_number}
    if entered is None:
        return redirect(DESK.url)
    return after_fact(request, entered, said=said, to="staff-readings") or redirect(DESK.url)


@require_POST
@desk_page(Permission.READINGS)
def decide_many(request: HttpRequest) -> HttpResponse:
    """The ticked sets at once, each by itself: one that cannot be decided stops no other."""
    act, words = request.POST.get("act", ""), posted_text(request, "reason")
    done, left, failed = 0, 0, []
    for public_id in request.POST.getlist("set")[:PAGE]:
        view = _set(request, public_id)
        try:
            entered = _decide(request, view, accept=act == "accept", words=words)
            done += not entered.draft
            left += bool(entered.draft)
        except Refused as refused:
            failed.append(f"{view.receipt_number}: {refusal_words(refused)}")
    if done:
        messages.success(request, _("Решено показаний: %(n)d.") % {"n": done})
    if left:
        messages.warning(request, _("Оставлено на вторую подпись: %(n)d.") % {"n": left})
    for line in failed:
        messages.error(request, line)
    if not done and not left and not failed:
        messages.error(request, _("Отметьте хотя бы одни показания."))
    return redirect(DESK.url)


def _decide(request: HttpRequest, view: SetView, *, accept: bool, words: str) -> Entered:
    if not accept and not words:
        raise operations.ReviewRefused(operations.ReviewReason.WORDS, field="reason")
    meter = queries.meter_for(actor_of(request), public_id=view.meter_public_id)
    return enter_fact(
        request,
        account_public_id=meter.account.public_id,
        fact=facts.reviewed(view.set_id, accept=accept, words=words),
        reason=words,
        unseen=True,
    )


def _set(request: HttpRequest, set_public_id: str) -> SetView:
    try:
        return queries.set_for(actor_of(request), public_id=set_public_id)
    except MeterNotFound:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)


@require_safe
@desk_page(Permission.READINGS)
def photo(request: HttpRequest, photo_public_id: str) -> HttpResponse:
    """A photo of a reading, of an objection, or of what waits for a second signature."""
    try:
        return photo_response(queries.photo_for(actor_of(request), public_id=photo_public_id))
    except MeterNotFound:
        waiting = waiting_photo(photo_public_id)
        if waiting is not None:
            return photo_response(waiting)
        deny_as_missing(request, subject="photo", public_id=photo_public_id)


urlpatterns: list[URLPattern] = [
    path("readings/", review, name="staff-readings"),
    path("readings/decide/", decide_many, name="staff-readings-decide"),
    path("readings/photos/<public_id:photo_public_id>.jpg", photo, name="staff-photo"),
    path("readings/<public_id:set_public_id>/decide/", decide, name="staff-reading-decide"),
]

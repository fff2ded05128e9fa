"""«Обращения»: what people have written and nobody has answered yet, and the thread of one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from svet.kernel.refusals import Refused
from svet.look.photos import photo_response
from svet.look.requests import now_of
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staffing.rules import Permission
from svet.support import operations, queries, texts
from svet.support.queries import AppealNotFound, AppealView

_LONGEST = 6_000


def _count(now: datetime) -> int:
    return queries.waiting_count()


DESK = Desk(
    name="appeals",
    label=gettext_lazy("Обращения"),
    url="/staff/appeals/",
    icon="help",
    permission=Permission.APPEALS,
    letter="o",
    count=_count,
)


@require_safe
@desk_page(Permission.APPEALS)
def appeals(request: HttpRequest) -> HttpResponse:
    """What waits, the nearest deadline first."""
    today = timezone.localdate(now_of(request))
    rows = [
        {
            "appeal": each,
            "topic": texts.TOPICS[each.topic],
            "state": texts.STATES[each.state],
            "late": each.answer_due_on < today,
        }
        for each in queries.waiting()
    ]
    return render(request, "staff/appeals.html", {"rows": rows})


@require_safe
@desk_page(Permission.APPEALS)
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """One thread with the form of the answer."""
    return _thread(request, _find(request, public_id))


@require_POST
@desk_page(Permission.APPEALS)
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tell the person that somebody works on it."""
    found = _find(request, public_id)
    operations.take(by=actor_of(request), appeal_public_id=found.public_id, now=now_of(request))
    messages.success(request, _("Обращение в работе: человек это видит."))
    return redirect("staff-appeal", public_id=public_id)


@require_POST
@desk_page(Permission.APPEALS)
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer; what was typed stays when something is wrong."""
    found = _find(request, public_id)
    words = request.POST.get("words", "").replace("\0", "")[:_LONGEST]
    try:
        operations.answer(
            by=actor_of(request),
            appeal_public_id=found.public_id,
            words=words,
            key=_key(request.POST.get("key", "")),
            now=now_of(request),
        )
    except Refused as refusal:
        return _thread(request, found, words=words, error=texts.explain(refusal))
    messages.success(request, _("Ответ отправлен."))
    return redirect("staff-appeal", public_id=public_id)


@require_safe
@desk_page(Permission.APPEALS)
def photo(request: HttpRequest, appeal_photo_public_id: str) -> HttpResponse:
    """A photo of a thread."""
    try:
        jpeg = queries.photo_for(actor_of(request), public_id=appeal_photo_public_id)
    except AppealNotFound:
        deny_as_missing(request, subject="photo", public_id=appeal_photo_public_id)
    return photo_response(jpeg)


def _key(text: str) -> UUID:
    """The key of the page; a broken one is a new message."""
    try:
        return UUID(text[:36])
    except ValueError:
        return uuid4()


def _find(request: HttpRequest, public_id: str) -> AppealView:
    try:
        return queries.appeal_for(actor_of(request), public_id=public_id)
    except AppealNotFound:
        deny_as_missing(request, subject="appeal", public_id=public_id)


def _thread(request: HttpRequest, found: AppealView, *, words: str = "", error: str = "") -> HttpResponse:
    context = {
        "appeal": found,
        "topic": texts.TOPICS[found.topic],
        "state": texts.STATES[found.state],
        "words": words,
        "error": error,
        "key": uuid4(),
    }
    return render(request, "staff/appeal.html", context, status=422 if error else 200)


urlpatterns: list[URLPattern] = [
    path("appeals/", appeals, name="staff-appeals"),
    path("appeals/photos/<public_id:appeal_photo_public_id>.jpg", photo, name="staff-appeal-photo"),
    path("appeals/<public_id:public_id>/", appeal, name="staff-appeal"),
    path("appeals/<public_id:public_id>/take/", take, name="staff-appeal-take"),
    path("appeals/<public_id:public_id>/answer/", answer, name="staff-appeal-answer"),
]

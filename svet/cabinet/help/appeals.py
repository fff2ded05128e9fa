"""«Интернет-приёмная»: the person's appeals, a new one, and the thread of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts.queries import AccountNotFound, cabinet
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.files import texts as file_texts
from svet.files.rules import UploadRefused
from svet.kernel.refusals import NotFound, Refused
from svet.limits import texts as limit_texts
from svet.limits.operations import LimitReached
from svet.look.photos import photo_response
from svet.support import operations, queries, texts
from svet.support.queries import AppealNotFound, AppealView
from svet.support.rules import LONGEST_WORDS, MOST_PHOTOS

_LONGEST_KEPT = LONGEST_WORDS + 1_000


@dataclass
class AppealDraft:
    """What was typed: it comes back whole when something is wrong, kept photos too."""

    key: UUID = field(default_factory=uuid4)
    topic: str = ""
    account: str = ""
    words: str = ""
    photos: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    status: int = 200

    @classmethod
    def sent(cls, request: HttpRequest) -> AppealDraft:
        """Read the form and keep the photos that came with it."""
        data = request.POST
        letter = cls(
            topic=data.get("topic", "")[:20],
            account=data.get("account", "")[:40],
            words=data.get("words", "").replace("\0", "")[:_LONGEST_KEPT],
            photos=[each[:40] for each in data.getlist("photo_id")[: MOST_PHOTOS + 1]],
        )
        try:
            letter.key = UUID(data.get("key", "")[:36])
        except ValueError:
            letter.refuse("", _("Страница устарела. Проверьте текст и отправьте ещё раз."))
        letter._take_photos(request)
        return letter

    def _take_photos(self, request: HttpRequest) -> None:
        for file in request.FILES.getlist("photo")[: MOST_PHOTOS + 1]:
            if not isinstance(file, UploadedFile) or not file.name:
                continue
            try:
                kept = operations.keep_photo(raw=file.read(), by=actor_of(request), now=now_of(request))
            except UploadRefused as refused:
                self.refuse("photo", file_texts.explain(refused))
            except LimitReached as reached:
                self.refuse("photo", limit_texts.explain(reached), status=429)
            else:
                self.photos.append(kept)

    def refuse(self, name: str, text: str, *, status: int = 422) -> None:
        """Put a sentence beside a field; an empty name is above the form."""
        self.errors.setdefault(name, text)
        self.status = max(self.status, status)

    def refused(self, refusal: Refused) -> None:
        """Say what an operation refused, beside the field it names."""
        if isinstance(refusal, UploadRefused):
            self.photos = []
            self.refuse("photo", file_texts.explain(refusal))
        elif isinstance(refusal, LimitReached):
            self.refuse("", limit_texts.explain(refusal), status=429)
        else:
            name = {"words": "words", "topic": "topic", "photos": "photo"}.get(refusal.field, "")
            self.refuse(name, texts.explain(refusal))


@require_safe
@signed_in
def appeals(request: HttpRequest) -> HttpResponse:
    """«Мои обращения»."""
    found = queries.appeals_of(person_of(request).person_id)
    rows = [{"appeal": each, "state": texts.STATES[each.state]} for each in found]
    return render(request, "cabinet/appeals.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Write to the retailer."""
    if request.method != "POST":
        return _new(request, AppealDraft(account=request.GET.get("account", "")[:40]))
    letter = AppealDraft.sent(request)
    if not letter.errors:
        try:
            appeal = operations.open_appeal(
                by=actor_of(request),
                topic=letter.topic,
                words=letter.words,
                account_public_id=letter.account,
                photo_public_ids=letter.photos,
                key=letter.key,
                now=now_of(request),
            )
        except AccountNotFound:
            deny_as_missing(request, subject="account", public_id=letter.account)
        except Refused as refusal:
            letter.refused(refusal)
        else:
            messages.success(request, _("Обращение %(number)s получено.") % {"number": appeal.number})
            return redirect("appeal", public_id=appeal.public_id)
    return _new(request, letter)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """One appeal with its thread; by POST the person writes on."""
    found = _find(request, public_id)
    if request.method != "POST":
        return _thread(request, found, AppealDraft())
    letter = AppealDraft.sent(request)
    if not letter.errors:
        try:
            operations.write_on(
                by=actor_of(request),
                appeal_public_id=public_id,
                words=letter.words,
                photo_public_ids=letter.photos,
                key=letter.key,
                now=now_of(request),
            )
        except Refused as refusal:
            letter.refused(refusal)
        else:
            messages.success(request, _("Сообщение отправлено."))
            return redirect("appeal", public_id=public_id)
    return _thread(request, found, letter)


@require_POST
@signed_in
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """The question is settled."""
    try:
        operations.close(by=actor_of(request), appeal_public_id=public_id, now=now_of(request))
    except NotFound:
        deny_as_missing(request, subject="appeal", public_id=public_id)
    messages.success(request, _("Обращение закрыто."))
    return redirect("appeal", public_id=public_id)


@require_safe
@signed_in
def photo(request: HttpRequest, appeal_photo_public_id: str) -> HttpResponse:
    """A photo of one's own thread."""
    try:
        return photo_response(queries.photo_for(actor_of(request), public_id=appeal_photo_public_id))
    except AppealNotFound:
        deny_as_missing(request, subject="photo", public_id=appeal_photo_public_id)


def _find(request: HttpRequest, public_id: str) -> AppealView:
    try:
        return queries.appeal_for(actor_of(request), public_id=public_id)
    except AppealNotFound:
        deny_as_missing(request, subject="appeal", public_id=public_id)


def _new(request: HttpRequest, letter: AppealDraft) -> HttpResponse:
    cards = [card for group in cabinet(person_of(request).person_id) for card in group.cards]
    context = {
        "letter": letter,
        "topics": [(topic.value, name) for topic, name in texts.TOPICS.items()],
        "accounts": cards,
        "most": MOST_PHOTOS,
    }
    return render(request, "cabinet/appeal_new.html", context, status=letter.status)


def _thread(request: HttpRequest, found: AppealView, letter: AppealDraft) -> HttpResponse:
    context = {
        "appeal": found,
        "state": texts.STATES[found.state],
        "topic": texts.TOPICS[found.topic],
        "letter": letter,
        "most": MOST_PHOTOS,
    }
    return render(request, "cabinet/appeal.html", context, status=letter.status)


urlpatterns: list[URLPattern] = [
    path("help/appeals/", appeals, name="appeals"),
    path("help/appeals/new/", new, name="appeal-new"),
    path("help/appeals/photos/<public_id:appeal_photo_public_id>.jpg", photo, name="appeal-photo"),
    path("help/appeals/<public_id:public_id>/", appeal, name="appeal"),
    path("help/appeals/<public_id:public_id>/close/", close, name="appeal-close"),
]

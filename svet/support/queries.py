"""Reads of appeals: the person's own, and what waits for the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from svet.kernel.actors import Actor, ActorKind
from svet.kernel.frozen import frozen
from svet.kernel.refusals import NotFound
from svet.support.models import Appeal, Message, MessagePhoto
from svet.support.rules import WAITING, AppealState, SupportReason, Topic


class AppealNotFound(NotFound):
    """No such appeal, or somebody else's."""


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message; ``own`` says that the appeal's author wrote it, ``photos`` are outer ids."""

    own: bool
    author: str
    words: str
    at: datetime
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with its thread, oldest message first."""

    public_id: str
    number: str
    person_id: int
    account_public_id: str
    account_number: str
    topic: Topic
    state: AppealState
    opened_at: datetime
    touched_at: datetime
    answer_due_on: date
    messages: tuple[MessageView, ...]

    @property
    def open(self) -> bool:
        return self.state is not AppealState.CLOSED

    @property
    def waiting(self) -> bool:
        return self.state in WAITING


def appeals_of(person_id: int) -> list[AppealView]:
    """A person's appeals, the one touched last first."""
    rows = _whole(Appeal.objects.filter(person_id=person_id)).order_by("-touched_at", "-id")
    return [_view(row) for row in rows[:100]]


def appeal_for(actor: Actor, *, public_id: str) -> AppealView:
    """One appeal of its author; the staff sees every one. :raises AppealNotFound:"""
    return _view(_found(_whole(own(actor)), public_id))


def own(actor: Actor) -> QuerySet[Appeal]:
    """The appeals an actor may open."""
    match actor.kind:
        case ActorKind.STAFF | ActorKind.SYSTEM:
            return Appeal.objects.all()
        case ActorKind.PERSON:
            return Appeal.objects.filter(person_id=actor.person_id or 0)
        case _:
            return Appeal.objects.none()


def waiting_count() -> int:
    """How many appeals wait for the staff."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[Appeal, int]:
    return Appeal.objects.filter(state__in=sorted(WAITING)).values_list("pk", flat=True)


def waiting() -> list[AppealView]:
    """What waits for the staff, the nearest deadline first; at most 200."""
    rows = _whole(Appeal.objects.filter(state__in=sorted(WAITING))).order_by("answer_due_on", "id")
    return [_view(row) for row in rows[:200]]


def photo_for(actor: Actor, *, public_id: str) -> bytes:
    """A photo of a thread as JPEG, for those who may read the thread. :raises AppealNotFound:"""
    found = (
        MessagePhoto.objects.select_related("photo")
        .filter(photo__public_id=public_id, message__appeal__in=own(actor))
        .first()
    )
    if found is None:
        raise AppealNotFound(SupportReason.NOT_FOUND)
    return bytes(found.photo.jpeg)


def _found(rows: QuerySet[Appeal], public_id: str) -> Appeal:
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise AppealNotFound(SupportReason.NOT_FOUND)
    return row


def _whole(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    photos = (
        MessagePhoto.objects.select_related("photo").only("message_id", "photo__public_id").order_by("id")
    )
    messages = Message.objects.prefetch_related(Prefetch("photos", queryset=photos)).order_by("id")
    return rows.select_related("account").prefetch_related(Prefetch("messages", queryset=messages))


def _view(row: Appeal) -> AppealView:
    account = row.account
    return AppealView(
        public_id=row.public_id,
        number=row.number,
        person_id=row.person_id,
        account_public_id=account.public_id if account else "",
        account_number=account.number if account else "",
        topic=Topic(row.topic),
        state=AppealState(row.state),
        opened_at=row.opened_at,
        touched_at=row.touched_at,
        answer_due_on=row.answer_due_on,
        messages=tuple(
            MessageView(
                own=message.by_kind == ActorKind.PERSON,
                author=message.by_name,
                words=message.words,
                at=message.at,
                photos=tuple(each.photo.public_id for each in message.photos.all()),
            )
            for message in row.messages.all()
        ),
    )

"""Appeals, every message of their threads, and every change of their state."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.support.rules import WAITING, AppealState, Topic

_WAITING = sorted(state.value for state in WAITING)


class Appeal(models.Model):
    """One appeal of one person; what is written in it stands in its messages."""

    public_id = PublicIdField()
    number = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    topic = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=AppealState.NEW)
    key = models.UUIDField()
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    answer_due_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="appeal_key_of_person"),
            models.CheckConstraint(
                name="appeal_state_known", condition=Q(state__in=[s.value for s in AppealState])
            ),
            models.CheckConstraint(
                name="appeal_topic_known", condition=Q(topic__in=[t.value for t in Topic])
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-touched_at"], name="appeal_of_person"),
            models.Index(
                fields=["answer_due_on", "id"], condition=Q(state__in=_WAITING), name="appeal_waiting"
            ),
            models.Index(fields=["touched_at"], condition=Q(state="answered"), name="appeal_answered"),
        ]

    def __str__(self) -> str:
        return self.number


class Message(models.Model):
    """One message of a thread; it is never changed."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="messages", db_index=False)
    by_kind = models.CharField(max_length=9)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    by_name = models.CharField(max_length=80, blank=True)
    words = models.TextField()
    at = models.DateTimeField()
    key = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "key"], name="appeal_message_once"),
            models.CheckConstraint(name="appeal_message_says_something", condition=~Q(words="")),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.by_kind}"


class MessagePhoto(models.Model):
    """A photo somebody added to a message."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="photos")
    photo = models.OneToOneField("files.Photo", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.message_id}"


class AppealChange(models.Model):
    """One change of state: from what, to what, who and when."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="changes")
    from_state = models.CharField(max_length=8, blank=True)
    to_state = models.CharField(max_length=8)
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=9)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state}→{self.to_state}"

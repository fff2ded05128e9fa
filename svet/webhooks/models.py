"""Addresses of people's programs, and what was or is to be posted to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.kernel.boxes import SecretBox
from svet.kernel.fields import PublicIdField
from svet.kernel.states import Moves

#: What signs is kept closed: a copy of the database opens no program.
BOX = SecretBox(b"svet.webhooks.secret.1")


class CallState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    # Whose it was to know does not see the thing any more, or the address is off.
    DROPPED = "dropped"


#: What has an end may be asked for once more, under the same id.
CALL_MOVES = Moves(
    {
        CallState.WAITING: {CallState.SENT, CallState.FAILED, CallState.DROPPED},
        CallState.SENT: {CallState.WAITING},
        CallState.FAILED: {CallState.WAITING},
        CallState.DROPPED: {CallState.WAITING},
    }
)


class Webhook(models.Model):
    """An address a person gave, what it is told of, and what signs; ``off_at``: it is not called any more."""

    public_id = PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    recipient = models.ForeignKey("notices.Recipient", models.CASCADE, related_name="+")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    secret = models.TextField()
    former_secret = models.TextField(blank=True, default="")
    former_until = models.DateTimeField(null=True, blank=True)
    # The key whose program gave the address: when it is revoked nothing is posted there any more.
    made_by_key = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    # Since when nothing was taken that was owed to it; empty after each call that was.
    failing_since = models.DateTimeField(null=True, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.public_id


class WebhookCall(models.Model):
    """One piece of news for one address; ``public_id`` is its id outside, the same at every try."""

    public_id = PublicIdField()
    # No constraint: an address that is removed while a fact is being written costs the call, never the fact.
    hook = models.ForeignKey(Webhook, models.CASCADE, related_name="calls", db_constraint=False)
    event = models.CharField(max_length=40)
    # What it is about: the name of a place of the cabinet, and the outside id of the thing.
    kind = models.CharField(max_length=40, blank=True, default="")
    thing = models.CharField(max_length=40, blank=True, default="")
    # Written before the first try and the same at each: what the program checks must not change.
    body = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, default=CallState.WAITING, choices=CallState.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CallState.WAITING.value) | Q(done_at__isnull=False),
                name="webhook_call_done_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="webhook_call_waiting", condition=Q(state=CallState.WAITING.value)
            ),
            models.Index(fields=["created_at"], name="webhook_call_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.public_id}"

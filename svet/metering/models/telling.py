"""What people were told and answered, so that nobody hears a thing twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.metering.rules import VerificationStage, WindowStage


class TextAnswer(models.Model):
    """What came of one SMS with readings; the row is why it is answered once.

    ``answer`` holds nothing any more: the words are in the message, for as long as that is kept.
    """

    incoming = models.OneToOneField("notices.IncomingSms", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=8)
    answer = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="text_answer_outcome_known", condition=Q(outcome__in=["taken", "asked", "refused"])
            )
        ]
        indexes = [models.Index(fields=["person", "at"], name="text_answer_of_person")]

    def __str__(self) -> str:
        return self.outcome


class WindowReminder(models.Model):
    """A person was told of the reading window that closes on this day: once open, once about to close."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    stage = models.CharField(max_length=8)
    closes_on = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "closes_on", "stage"], name="window_reminder_once"),
            models.CheckConstraint(
                name="window_reminder_stage_known", condition=Q(stage__in=[s.value for s in WindowStage])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.stage} {self.closes_on}"


class VerificationReminder(models.Model):
    """A person was told that the meter's verification of this day comes near; a later day starts anew."""

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    meter = models.ForeignKey("metering.Meter", on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    due_on = models.DateField()
    stage = models.CharField(max_length=9)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meter", "person", "due_on", "stage"], name="verification_reminder_once"
            ),
            models.CheckConstraint(
                name="verification_reminder_stage_known",
                condition=Q(stage__in=[s.value for s in VerificationStage]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.meter_id} {self.stage} {self.due_on}"

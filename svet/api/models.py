"""Calls that may be repeated: the answer given under an idempotency key."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class IdempotentCall(models.Model):
    """One write under a key; ``status`` is empty while the call is running."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    started_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="api_call_once")]
        indexes = [models.Index(fields=["started_at"], name="api_call_by_time")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"

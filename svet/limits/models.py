"""The buckets: how much of each limit is spent by each key in the running window."""

from __future__ import annotations

from django.db import models


class Bucket(models.Model):
    """What one key has spent of one limit since ``started_at``; empty again at ``resets_at``."""

    name = models.CharField(max_length=40)
    key = models.CharField(max_length=128)
    spent = models.IntegerField()
    started_at = models.DateTimeField()
    resets_at = models.DateTimeField()
    free_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="bucket_is_one_per_key")]
        indexes = [models.Index(fields=["resets_at"], name="bucket_reset")]

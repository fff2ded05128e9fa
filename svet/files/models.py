"""Photos in the database: in the same transaction, the same copy and the same restore as what they prove."""

from __future__ import annotations

from django.db import models

from svet.kernel.fields import PublicIdField


class Photo(models.Model):
    """A re-encoded photo; ``used_at`` says that something leans on it, and from then on it is proof.

    ``source_sha256`` is of the file as it came, so that sending it again finds what was kept.
    """

    public_id = PublicIdField()
    jpeg = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    source_sha256 = models.CharField(max_length=64)
    # A person's key; people live on a floor above.
    owner_id = models.BigIntegerField(null=True)
    kept_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "source_sha256"],
                condition=models.Q(used_at__isnull=True),
                name="photo_waits_once",
            ),
        ]
        indexes = [
            models.Index(fields=["kept_at"], condition=models.Q(used_at__isnull=True), name="photo_waiting"),
        ]

    def __str__(self) -> str:
        return self.public_id

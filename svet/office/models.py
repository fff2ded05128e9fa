"""What people have asked of the office, and the first of the two signatures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.office.rules import OfficeKind, OfficeState


class OfficeRequest(models.Model):
    """What a person cannot change alone and asks the office to: papers are looked at there.

    ``phone`` is the confirmed new number of a ``PHONE`` request.
    """

    public_id = PublicIdField()
    number = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="office_requests")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in OfficeKind])
    phone = models.CharField(max_length=16, blank=True, default="")
    comment = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in OfficeState], default=OfficeState.OPEN
    )
    address = models.CharField(max_length=45, blank=True, default="")
    # The member who took it at the counter; empty when the person asked from the cabinet.
    taken_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decision = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state=OfficeState.OPEN),
                name="office_request_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state=OfficeState.OPEN) ^ Q(decided_at__isnull=False),
                name="office_request_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(kind=OfficeKind.PHONE) | ~Q(phone="") | ~Q(state=OfficeState.OPEN),
                name="office_request_names_phone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(state=OfficeState.OPEN), name="office_request_queue"
            )
        ]


class OfficeSignature(models.Model):
    """The first pair of eyes: a member has checked the papers of a request; another one carries it out."""

    request = models.OneToOneField(OfficeRequest, on_delete=models.CASCADE, related_name="signature")
    member = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    signed_at = models.DateTimeField()

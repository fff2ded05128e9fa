"""Members of the retailer's staff."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.staffing.rules import Role


class StaffMember(models.Model):
    """A person's work for the retailer: one role, kept for ever, ended by ``disabled_at``.

    ``session_epoch`` rises when every work session of the member must end. ``password_due``: somebody else
    gave the password, so the member chooses an own one before any desk opens.
    """

    public_id = PublicIdField()
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="staff_member")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    added_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    password_due = models.BooleanField(default=False, db_default=False)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # Of issuer and subject at the retailer's own sign-in service; empty until the first sign-in by it.
    identity_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity_digest"], condition=~Q(identity_digest=""), name="staff_identity_is_one"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="staff_role_is_known"
            ),
        ]

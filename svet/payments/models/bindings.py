"""Accounts of СБП on their way to being bound. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.payments.models.shops import Shop
from svet.payments.rules.bindings import GOING, NAMELESS, BindingState

_STATES = [(state.value, state.value) for state in BindingState]


class AccountBinding(models.Model):
    """One request of one person to bind their account of СБП at one shop; no money moves by it."""

    public_id = PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Whose bank is asked; empty: that of SVET_ACQUIRING_URL.
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=_STATES, default=BindingState.ASKED.value)
    # The bank's name of it. By it the account is charged once it is bound, so then the card alone has it.
    reference = models.CharField(max_length=64, blank=True)
    page_url = models.CharField(max_length=2000, blank=True)
    return_url = models.CharField(max_length=500)
    # What it became.
    card = models.ForeignKey(
        "payments.BoundCard", models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A second press goes on with the first.
            models.UniqueConstraint(
                fields=["person", "shop"],
                condition=Q(state__in=sorted(state.value for state in GOING)),
                nulls_distinct=False,
                name="payments_binding_once",
            ),
            models.UniqueConstraint(
                fields=["shop", "reference"],
                condition=~Q(reference=""),
                nulls_distinct=False,
                name="payments_binding_reference",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(state.value for state in NAMELESS)) | Q(reference=""),
                name="payments_binding_forgotten",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_look_at"],
                condition=Q(next_look_at__isnull=False),
                name="payments_binding_due",
            )
        ]

    def __str__(self) -> str:
        return f"binding {self.public_id}"

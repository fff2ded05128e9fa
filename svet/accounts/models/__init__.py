"""Providers, premises, accounts, and the links by which people hold accounts in their cabinets."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from svet.accounts.models.endings import ContractEnd
from svet.accounts.models.premises import Premises, SearchWords
from svet.accounts.models.standing import LinkQuerySet
from svet.accounts.models.terms import Terms
from svet.accounts.rules import BillDelivery, Ground
from svet.kernel.fields import PublicIdField
from svet.kernel.services import Service
from svet.kernel.states import Moves

__all__ = [
    "INVITATION_MOVES",
    "Account",
    "ContractEnd",
    "Group",
    "HandOver",
    "Invitation",
    "InvitationState",
    "Link",
    "LinkProof",
    "Premises",
    "Provider",
    "SearchWords",
    "Terms",
    "default_account_lengths",
    "default_time_zone",
]


def default_account_lengths() -> list[int]:
    """Ten digits, the usual length of an account number."""
    return [10]


def default_time_zone() -> str:
    """The zone of the installation."""
    return settings.TIME_ZONE


class Provider(models.Model):
    """Whoever supplies a service to accounts; owns its number format, reading window and requisites."""

    public_id = PublicIdField()
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    legal_name = models.CharField(max_length=200, blank=True)
    service = models.CharField(max_length=40, default=Service.ELECTRICITY.value)
    inn = models.CharField(max_length=12, blank=True)
    kpp = models.CharField(max_length=9, blank=True)
    settlement_account = models.CharField(max_length=20, blank=True)
    bank_name = models.CharField(max_length=160, blank=True)
    bic = models.CharField(max_length=9, blank=True)
    correspondent_account = models.CharField(max_length=20, blank=True)
    account_lengths = models.JSONField(default=default_account_lengths)
    window_from_day = models.PositiveSmallIntegerField(default=15)
    window_to_day = models.PositiveSmallIntegerField(default=25)
    due_day = models.PositiveSmallIntegerField(default=15)
    # How many days after a control reading its customer may object to it.
    dispute_days = models.PositiveSmallIntegerField(default=30)
    # For how many months a reading that nobody looked at may be sent while people are away.
    absence_months = models.PositiveSmallIntegerField(default=3)
    time_zone = models.CharField(max_length=40, default=default_time_zone)
    hotline = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=100, blank=True)
    logo_color = models.CharField(max_length=7, default="#1f5fa8")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="provider_window_in_month",
                condition=Q(window_from_day__gte=1)
                & Q(window_to_day__lte=31)
                & Q(window_from_day__lte=F("window_to_day")),
            ),
            models.CheckConstraint(
                name="provider_due_day_in_month", condition=Q(due_day__gte=1) & Q(due_day__lte=31)
            ),
            models.CheckConstraint(
                name="provider_service_known", condition=Q(service__in=[each.value for each in Service])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """One contract (лицевой счёт) of one premises with one provider; its dated terms are ``Terms``."""

    public_id = PublicIdField()
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=30)
    premises = models.ForeignKey(Premises, on_delete=models.PROTECT)
    holder_name = models.CharField(max_length=160)
    registry_phone = models.CharField(max_length=16, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    delivery = models.CharField(
        max_length=5, choices=[(each.value, each.value) for each in BillDelivery], default=BillDelivery.PAPER
    )
    delivery_email = models.EmailField(blank=True)
    # Who chose e-mail, while they hold the account; empty when the address came with the registry.
    delivery_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    # Since when the present holder has it, if the office handed it over: papers before that name another.
    held_since = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="account_number_of_provider"),
            models.CheckConstraint(
                name="account_closed_after_opened",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="account_delivery_known", condition=Q(delivery__in=[each.value for each in BillDelivery])
            ),
        ]
        indexes = [
            models.Index(fields=["number"], name="account_by_number"),
            models.Index(fields=["registry_phone"], condition=~Q(registry_phone=""), name="account_by_phone"),
            GinIndex(SearchWords("holder_name"), name="account_holder_words"),
        ]

    def __str__(self) -> str:
        return self.number


class LinkProof(models.Model):
    """A meter number that, with the account number, lets somebody add the account to a cabinet."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False)
    serial = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "serial"], name="link_proof_once")]
        indexes = [models.Index(fields=["serial"], name="link_proof_by_serial")]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.serial}"


class Group(models.Model):
    """A person's own grouping of accounts; exactly one of them is the default one."""

    public_id = PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    folded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="group_name_of_person"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_default=True), name="group_default_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """A person holds an account in the cabinet with these rights; the account's history is not theirs.

    ``confirmed_at`` opens the name and the flat. ``suspended_at`` follows «это не я». ``invited_by`` let
    them in, until ``ends_at`` if it is set; a confirmed link that nobody invited is the owner's.
    ``barred_at`` is the office's last word: the two numbers open the account to this person no more.
    """

    public_id = PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT)
    alias = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)
    can_view = models.BooleanField(default=True)
    can_submit = models.BooleanField(default=True)
    can_pay = models.BooleanField(default=True)
    can_manage = models.BooleanField(default=False)
    linked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    barred_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "account"],
                condition=Q(removed_at__isnull=True),
                name="link_once_per_person",
            ),
        ]
        indexes = [
            # Removed ones too: the office sees who held an account, and whoever was barred stays barred.
            models.Index(fields=["account", "person"], name="link_of_account"),
            models.Index(fields=["person"], name="link_of_person"),
            models.Index(
                fields=["suspended_at"],
                condition=Q(removed_at__isnull=True, suspended_at__isnull=False),
                name="link_suspended_queue",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(removed_at__isnull=True, ends_at__isnull=False),
                name="link_by_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}→{self.account_id}"

    @property
    def is_owner(self) -> bool:
        """Whether the registry's phone or the office made this person the account's own."""
        return self.confirmed_at is not None and self.invited_by_id is None


class InvitationState(models.TextChoices):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


#: Answered once, by whom it was for, by who sent it, or by the clock.
INVITATION_MOVES: Final = Moves(
    {
        InvitationState.WAITING: frozenset(InvitationState) - {InvitationState.WAITING},
        InvitationState.ACCEPTED: frozenset(),
        InvitationState.REFUSED: frozenset(),
        InvitationState.WITHDRAWN: frozenset(),
        InvitationState.EXPIRED: frozenset(),
    }
)


class Invitation(models.Model):
    """The owner lets the holder of a phone in, with these rights beside seeing, until ``ends_at`` if set.

    ``public_id`` stands in the SMS; it opens nothing without the cabinet of that phone.
    """

    public_id = PublicIdField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    phone = models.CharField(max_length=16)
    can_submit = models.BooleanField(default=False)
    can_pay = models.BooleanField(default=False)
    can_manage = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=InvitationState.choices, default=InvitationState.WAITING)
    created_at = models.DateTimeField()
    open_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "phone"], condition=Q(state="waiting"), name="invitation_waiting_once"
            ),
            models.CheckConstraint(
                name="invitation_state_known", condition=Q(state__in=InvitationState.values)
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], condition=Q(state="waiting"), name="invitation_waiting_by_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}→{self.phone}"


class HandOver(models.Model):
    """The office gave an account to another holder: a dated fact, never changed."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    on_date = models.DateField()
    ground = models.CharField(max_length=11, choices=[(each.value, each.value) for each in Ground])
    reason = models.CharField(max_length=300)
    former_name = models.CharField(max_length=160)
    former_phone = models.CharField(max_length=16, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hand_over_ground_known", condition=Q(ground__in=[each.value for each in Ground])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.on_date}"

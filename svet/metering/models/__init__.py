"""Meters with their registers, and sets of readings with every change of their state."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.metering.models.absence import Absence, AbsenceStep
from svet.metering.models.acts import OfficeAct
from svet.metering.models.telling import TextAnswer, VerificationReminder, WindowReminder
from svet.metering.rules import (
    DisputeState,
    ReadingChannel,
    ReadingKind,
    ReadingState,
    Scheme,
    Zone,
)

__all__ = [
    "Absence",
    "AbsenceStep",
    "Dispute",
    "DisputeChange",
    "Meter",
    "MeterScale",
    "OfficeAct",
    "ReadingPhoto",
    "ReadingSet",
    "ReadingValue",
    "SetStateChange",
    "TextAnswer",
    "VerificationReminder",
    "WindowReminder",
]


class Meter(models.Model):
    """One meter on one account, from its installation to its removal."""

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    serial = models.CharField(max_length=20)
    type_name = models.CharField(max_length=80, blank=True)
    scheme = models.PositiveSmallIntegerField(default=Scheme.SINGLE)
    digits = models.PositiveSmallIntegerField(default=5)
    decimals = models.PositiveSmallIntegerField(default=0)
    ratio = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(1))
    installed_on = models.DateField()
    removed_on = models.DateField(null=True, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    next_verification_on = models.DateField(null=True, blank=True)
    smart = models.BooleanField(default=False)
    #: What the connection can carry in a day, in kWh with the ratio, where the retailer knows it.
    max_daily_kwh = models.DecimalField(max_digits=9, decimal_places=1, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "serial", "installed_on"], name="meter_once_per_installation"
            ),
            models.CheckConstraint(name="meter_scheme_known", condition=Q(scheme__in=[1, 2, 3])),
            models.CheckConstraint(
                name="meter_digits_on_face",
                condition=Q(digits__gte=3) & Q(digits__lte=8) & Q(decimals__lte=3),
            ),
            models.CheckConstraint(name="meter_ratio_positive", condition=Q(ratio__gt=0)),
            models.CheckConstraint(
                name="meter_max_daily_positive",
                condition=Q(max_daily_kwh__isnull=True) | Q(max_daily_kwh__gt=0),
            ),
            models.CheckConstraint(
                name="meter_removed_after_installed",
                condition=Q(removed_on__isnull=True) | Q(removed_on__gte=F("installed_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["serial"], name="meter_by_serial"),
            models.Index(
                fields=["next_verification_on"],
                condition=Q(removed_on__isnull=True),
                name="meter_by_verification",
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class MeterScale(models.Model):
    """One scale of a meter and what it showed when the meter was installed."""

    meter = models.ForeignKey(Meter, on_delete=models.CASCADE, db_index=False)
    zone = models.CharField(max_length=8)
    initial_value = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meter", "zone"], name="register_once_per_zone"),
            models.CheckConstraint(name="register_zone_known", condition=Q(zone__in=[z.value for z in Zone])),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id}/{self.zone}"


class ReadingSet(models.Model):
    """What one author sent for one meter at once; rows are never changed except for their state."""

    public_id = PublicIdField()
    receipt_number = models.CharField(max_length=16, unique=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, db_index=False)
    read_on = models.DateField()
    received_at = models.DateTimeField()
    # When a set that waited for a network was entered on the person's device.
    entered_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=9)
    kind = models.CharField(max_length=8, default=ReadingKind.CUSTOMER)
    state = models.CharField(max_length=12)
    author_kind = models.CharField(max_length=9)
    author_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    author_name = models.CharField(max_length=80, blank=True)
    key = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meter", "key"], name="reading_key_of_meter"),
            models.CheckConstraint(
                name="reading_channel_known", condition=Q(channel__in=[c.value for c in ReadingChannel])
            ),
            models.CheckConstraint(
                name="reading_kind_known", condition=Q(kind__in=[k.value for k in ReadingKind])
            ),
            models.CheckConstraint(
                name="reading_state_known", condition=Q(state__in=[s.value for s in ReadingState])
            ),
        ]
        indexes = [
            # The order in which one reading follows another on a meter: usage and the last values walk it.
            models.Index(
                F("meter"),
                F("read_on").desc(),
                F("received_at").desc(),
                F("id").desc(),
                condition=Q(state__in=["accepted", "used"]),
                name="reading_effective",
            ),
            models.Index(fields=["account", "read_on"], name="reading_by_account"),
            models.Index(
                fields=["received_at"], condition=Q(state="under_review"), name="reading_review_queue"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number


class ReadingTouch(models.Model):
    """A set of readings came to count, or counts no more: a trigger notes it, whoever charges takes it away.

    What has become known of days that were charged is found by these rows, not by clocks: a note is seen
    with its set, or later.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    read_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.read_on}"


class ReadingValue(models.Model):
    """One scale's value in a set.

    ``turns`` counts full turns of the dial since installation, so that ``turns × 10^digits + value`` only
    grows; ``consumption`` is in kWh against the reading it was judged against.
    """

    reading_set = models.ForeignKey(
        ReadingSet, on_delete=models.PROTECT, related_name="values", db_index=False
    )
    # The key by which the table can be partitioned later; the set's own foreign key guards it.
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    zone = models.CharField(max_length=8)
    value = models.DecimalField(max_digits=12, decimal_places=3)
    turns = models.PositiveSmallIntegerField(default=0)
    consumption = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reading_set", "zone"], name="reading_value_once"),
            models.CheckConstraint(name="reading_value_not_negative", condition=Q(value__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.zone}: {self.value}"


class SetStateChange(models.Model):
    """One change of state of a set: from what, to what, who, when and why.

    ``doubts`` are why a set was asked about or waits; ``other_receipt`` names the set that came in the place
    of this one, or the one in whose place it came; ``period`` is the month of the bill that used it, by its
    first day; ``words`` are a person's own.
    """

    reading_set = models.ForeignKey(
        ReadingSet, on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=9)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    doubts = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    other_receipt = models.CharField(max_length=20, blank=True)
    period = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["reading_set", "at"], name="set_change_of_set")]

    def __str__(self) -> str:
        return f"{self.from_state}→{self.to_state}"


class ReadingPhoto(models.Model):
    """A photo of the dial that goes with a set: the author's, or the controller's."""

    reading_set = models.ForeignKey(
        ReadingSet, on_delete=models.PROTECT, related_name="photos", db_index=False
    )
    photo = models.OneToOneField("files.Photo", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    by_kind = models.CharField(max_length=9)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["reading_set"], name="reading_photo_of_set")]

    def __str__(self) -> str:
        return f"{self.reading_set_id}: {self.photo_id}"


class Dispute(models.Model):
    """A customer's objection to a control reading; ``settled_by`` is the reading that came instead."""

    public_id = PublicIdField()
    reading_set = models.OneToOneField(ReadingSet, on_delete=models.PROTECT, related_name="dispute")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    words = models.CharField(max_length=2000)
    photo = models.OneToOneField(
        "files.Photo", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=9, default=DisputeState.OPEN)
    opened_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        ReadingSet, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dispute_state_known", condition=Q(state__in=[s.value for s in DisputeState])
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(state__in=["open", "checking"]), name="dispute_queue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reading_set_id}: {self.state}"


class DisputeChange(models.Model):
    """One change of an objection's state: from what, to what, who, when and in which words."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="changes")
    from_state = models.CharField(max_length=9, blank=True)
    to_state = models.CharField(max_length=9)
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=9)
    by_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False
    )
    words = models.CharField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return f"{self.from_state}→{self.to_state}"

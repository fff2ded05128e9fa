"""Acquiring contracts as rows. Tables of ``models``; everybody imports them from there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Shop(models.Model):
    """One acquiring contract: a shop at a bank.

    The contract of ``SVET_ACQUIRING_URL`` has no row: it is the shop of everything whose ``shop`` is empty.
    ``address`` names no secret, ``secret`` only where it lies: a variable's name, or a file's path.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=300)
    secret = models.CharField(max_length=200)
    # Whether the bank lets this shop keep cards and charge them without a page.
    keeps_cards = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    # Since when it takes no new payments; what it took before is asked about and given back as ever.
    off_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(secret=""), name="payments_shop_secret_named")]

    def __str__(self) -> str:
        return self.code


class ServedProvider(models.Model):
    """A provider whose money a shop takes; one without a row is served by ``SVET_ACQUIRING_URL``."""

    provider = models.OneToOneField("accounts.Provider", models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="served")

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.provider_id}"


class ReserveShop(models.Model):
    """A shop that takes a provider's new payments while the banks of those before it, are silent.

    ``shop`` empty: that of ``SVET_ACQUIRING_URL``. The first choice is not here: it is the shop that serves.
    """

    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "place"], name="payments_reserve_place"),
            models.UniqueConstraint(
                fields=["provider", "shop"], nulls_distinct=False, name="payments_reserve_once"
            ),
        ]
        ordering = ["provider_id", "place"]

    def __str__(self) -> str:
        return f"{self.provider_id}/{self.place}: {self.shop_id}"


class BankSilence(models.Model):
    """Since when a shop's bank does not answer, and the last time it did not; none while it answers.

    ``shop`` empty: that of ``SVET_ACQUIRING_URL``.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    since = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], nulls_distinct=False, name="payments_silence_one_of_a_shop"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.since}"

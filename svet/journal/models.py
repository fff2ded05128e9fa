"""What was done, by whom, and the seals over it. Triggers keep both tables append-only."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Func, Q

#: A member of the staff opened a customer's account.
VIEWED = "account.viewed"
#: A member of the staff looked at a whole cabinet with its customer's eyes.
CABINET_VIEWED = "cabinet.viewed"


class CurrentTransaction(Func):
    """The number of the transaction that writes the row, as a bigint."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class Entry(models.Model):
    """One act. ``security`` entries tell of sign-ins and attempts, the others of changes of data."""

    recorded_at = models.DateTimeField(db_default=TransactionNow())
    written_in = models.BigIntegerField(db_default=CurrentTransaction())
    at = models.DateTimeField()
    security = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=10)
    actor_person_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=40, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    account_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "id"], name="entry_of_subject"),
            models.Index(
                fields=["account_id", "id"], condition=Q(account_id__isnull=False), name="entry_of_account"
            ),
            models.Index(
                fields=["actor_person_id", "id"],
                condition=Q(actor_person_id__isnull=False),
                name="entry_of_person",
            ),
            models.Index(fields=["written_in", "id"], name="entry_by_transaction"),
            models.Index(fields=["at", "id"], condition=Q(action=VIEWED), name="entry_account_viewed"),
        ]


class Seal(models.Model):
    """A link of the hash chain over the entries of transactions ``[from_xact, to_xact)`` after ``floor_id``.

    ``floor_id`` rises only when the database was restored into a cluster that counts transactions anew.
    """

    floor_id = models.BigIntegerField()
    from_xact = models.BigIntegerField()
    to_xact = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.IntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="seal_chain_has_no_forks"),
        ]


class SealHead(models.Model):
    """Where the chain of seals ends: who deletes the newest seal with its entries must know of this row too.

    There is one row, moved by each seal in its own transaction. ``svet verify`` tells it, so that it can be
    noted down where nobody who writes into this database can reach it.
    """

    place = models.SmallIntegerField(primary_key=True, default=1)
    seal_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(place=1), name="seal_head_is_one")]

"""Every register taken: the file as a whole and each of its rows with what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from svet.kernel.fields import PublicIdField
from svet.ledger.rules import KEY_LONGEST


class ImportFile(models.Model):
    """One register file that was taken; refused files leave no row here, only a journal entry."""

    class Profile(models.TextChoices):
        ACCOUNTS = "accounts"
        READINGS = "readings"
        PAYMENTS = "payments"
        OPENINGS = "openings"
        CHARGES = "charges"
        TERMS = "terms"
        DISPUTES = "disputes"

    public_id = PublicIdField()
    number = models.CharField(max_length=20, unique=True)
    profile = models.CharField(max_length=20, choices=Profile.choices)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=100)
    rows = models.IntegerField(default=0)
    applied = models.IntegerField(default=0)
    repeated = models.IntegerField(default=0)
    suspense = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    # The bank or collector a register of payments came from; empty where nobody named one.
    source = models.CharField(max_length=40, blank=True, default="")
    sum_kopecks = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            # Of a file whose rows were all rejected nothing was taken: it may come again as it was.
            models.UniqueConstraint(
                fields=["profile", "sha256"],
                condition=models.Q(rejected__lt=models.F("rows")),
                name="exchange_taken_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    rows=models.F("applied")
                    + models.F("repeated")
                    + models.F("suspense")
                    + models.F("rejected")
                    + models.F("changed")
                ),
                name="exchange_no_row_dropped",
            ),
        ]


class ImportRow(models.Model):
    """One row of a register: what it said and what was done with it.

    «Repeated» is the same thing said again; «changed» is another body under the same identity: nothing was
    done with it, and ``text`` says what differs.
    """

    class State(models.TextChoices):
        APPLIED = "applied"
        REPEATED = "repeated"
        SUSPENSE = "suspense"
        REJECTED = "rejected"
        CHANGED = "changed"  # the identity was taken before with another body

    # Files are never deleted; a trigger checks a whole statement's rows at once.
    file = models.ForeignKey(
        ImportFile, on_delete=models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    line_no = models.IntegerField()
    profile = models.CharField(max_length=20)
    external_id = models.CharField(max_length=100, default="")
    account_number = models.CharField(max_length=40, default="")
    state = models.CharField(max_length=10, choices=State.choices)
    column = models.CharField(max_length=40, default="")
    reason = models.CharField(max_length=40, default="")
    text = models.CharField(max_length=400, default="")
    raw = models.CharField(max_length=2000, default="")
    # What the row became: a receipt's number, an account's, or the ledger key of a payment, the longest.
    reference = models.CharField(max_length=KEY_LONGEST, default="")
    kopecks = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "line_no"], name="exchange_row_of_file"),
            models.UniqueConstraint(
                fields=["profile", "external_id"],
                # Payments have an identity of their own: source, number and day (payments.ImportedPayment).
                condition=models.Q(state__in=["applied", "suspense"]) & ~models.Q(profile="payments"),
                name="exchange_row_applied_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "file"], name="exchange_row_state"),
            models.Index(
                fields=["reference"],
                condition=models.Q(state__in=["suspense", "changed"]),
                name="exchange_row_waiting",
            ),
        ]


class LoadedFile(models.Model):
    """A register of payments a member of the staff loaded by page: judged first, then taken or thrown away.

    Its bytes are kept while somebody has to decide; afterwards only the rows to be mended are. They lie in
    parts; ``content`` is where the version before kept them, and is only read.
    """

    class Stage(models.TextChoices):
        JUDGING = "judging"  # a large one, in the background
        JUDGED = "judged"
        HELD = "held"  # the control line disagrees: a person's word is needed
        REFUSED = "refused"
        TAKING = "taking"  # a large one, in the background
        TAKEN = "taken"
        THROWN = "thrown"

    public_id = PublicIdField()
    source = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField(default=bytes)
    rejects = models.BinaryField(default=bytes)
    size = models.BigIntegerField()
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=100)
    # The person who loaded it, for the limit of one hand; nobody's in the rows of the version before.
    author_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=Stage.choices)
    # What would become of its rows, or became: see ``operations.loading.verdict``.
    verdict = models.JSONField(default=dict)
    without = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)
    # Kopecks that it put into the books, where who loaded it took it too.
    alone_kopecks = models.BigIntegerField(null=True)
    register = models.OneToOneField(ImportFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["loaded_at"], name="exchange_loaded_at")]


class LoadedPart(models.Model):
    """A piece of a loaded register's bytes: no process ever holds more than one of them."""

    loaded = models.ForeignKey(LoadedFile, models.CASCADE, related_name="parts", db_index=False)
    no = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["loaded", "no"], name="exchange_part_of_file"),
        ]

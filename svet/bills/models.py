"""Bills as they were issued, and the files that were made of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from svet.kernel.fields import PublicIdField


class Bill(models.Model):
    """What an account was told about one month; a trigger lets only ``delivered_at`` change.

    ``snapshot`` holds everything that is printed, ``snapshot_sha256`` is the hash of its canonical JSON.
    A recalculation issues the next ``version`` of the same month. ``payable_kopecks`` may be negative:
    an overpayment.

    On it stand the account's postings ``from_seq``…``to_seq`` (none when the first is the greater one). Bills
    of an account are numbered (``no``) and follow each other without a gap: the database holds that each
    begins behind the last posting of the one before and opens with what that closed with (ADR 107).
    """

    public_id = PublicIdField()
    number = models.CharField(max_length=48)
    # A trigger checks the accounts of a whole statement's bills at once; none is ever deleted, for its terms
    # hold it.
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    period = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    snapshot = models.JSONField()
    snapshot_sha256 = models.CharField(max_length=64)
    kwh = models.DecimalField(max_digits=14, decimal_places=3)
    total_kopecks = models.BigIntegerField()
    payable_kopecks = models.BigIntegerField()
    no = models.IntegerField()
    from_seq = models.BigIntegerField()
    to_seq = models.BigIntegerField()
    opening_kopecks = models.BigIntegerField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "period", "version"], name="bills_bill_once_per_period"
            ),
            models.CheckConstraint(condition=models.Q(period__day=1), name="bills_bill_period_is_month"),
            models.UniqueConstraint(
                fields=["account", "no", "to_seq", "payable_kopecks"], name="bills_bill_numbered"
            ),
            models.UniqueConstraint(fields=["account", "no"], name="bills_bill_number_once"),
            models.CheckConstraint(
                condition=models.Q(no=1, from_seq=1, opening_kopecks=0) | models.Q(no__gt=1),
                name="bills_bill_first_opens_at_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(to_seq__gte=models.F("from_seq") - 1), name="bills_bill_range_forwards"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-issued_at", "-id"], name="bills_bill_feed"),
            models.Index(fields=["due_on"], name="bills_bill_by_due"),
            # Few have them, and to look into a text is to take it out of its compressed form.
            models.Index(
                fields=["account", "no"],
                condition=models.Q(snapshot__has_key="streams"),
                name="bills_bill_with_streams",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BillFile(models.Model):
    """The PDF of a bill as versions before ADR 224 kept it. Append-only; nothing is added to it any more."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="files", db_index=False)
    masked = models.BooleanField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "masked"], name="bills_file_once_per_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}{' masked' if self.masked else ''}"


class BillPaper(models.Model):
    """The digest of a PDF of a bill that was given out; the PDF itself is drawn again from the snapshot.

    ``masked`` tells the variant that hides the holder. A variant has a second row when another version of
    Svet or of a library has drawn other bytes of the same text. Append-only.
    """

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="papers", db_index=False)
    masked = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "bill", "masked"], name="bills_paper_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}{' masked' if self.masked else ''}"


class PrintBatch(models.Model):
    """A pile of bills for the print house: its members are chosen first, its files are drawn after that.

    ``drawn_at`` is empty while the files have not been handed out whole: the next run draws such a batch
    again. ``pdf_sha256`` and ``register_sha256`` prove a later drawing the same.
    """

    public_id = PublicIdField()
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    bills = models.PositiveIntegerField()
    drawn_at = models.DateTimeField(null=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True, default="")
    register_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "period", "number"], name="bills_print_batch_numbered"
            ),
            models.CheckConstraint(condition=models.Q(bills__gt=0), name="bills_print_batch_not_empty"),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="bills_print_batch_feed")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.period} {self.number}"


class PrintedBill(models.Model):
    """A bill's place in its batch: no bill is in two. ``street`` is its part of the route."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="places", db_index=False)
    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="printed")
    position = models.PositiveIntegerField()
    street = models.CharField(max_length=270)
    printed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="bills_printed_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"


class DueReminder(models.Model):
    """A person was reminded of what the account owes by this day."""

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    due_on = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "person", "due_on"], name="bills_due_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.account_id} {self.due_on}"


class DebtCertificate(models.Model):
    """What was certified of an account's debt on a day, after its posting ``seq``. Append-only.

    Whoever knows ``code`` may check it without a sign-in. ``parties`` is what is printed of supplier and
    holder, with the masked variants; the paper is drawn from the row alone. ``asked_by`` says who asked.
    """

    public_id = PublicIdField()
    code = models.CharField(max_length=28, unique=True)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    on = models.DateField()
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    owed_kopecks = models.BigIntegerField()
    due_kopecks = models.BigIntegerField()
    due_on = models.DateField(null=True)
    overpaid_kopecks = models.BigIntegerField()
    penalty_kopecks = models.BigIntegerField(default=0, db_default=0)
    parties = models.JSONField()
    parties_sha256 = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            # The same day and the same books say the same thing once, whoever asks at once.
            models.UniqueConstraint(
                fields=["account", "on", "seq", "kind", "due_kopecks", "due_on", "parties_sha256"],
                nulls_distinct=False,
                name="bills_certificate_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="no_debt", owed_kopecks=0, due_kopecks=0)
                | models.Q(kind="not_due", owed_kopecks__gt=0, due_kopecks__gte=0, overpaid_kopecks=0),
                name="bills_certificate_says_its_kind",
            ),
        ]
        indexes = [models.Index(fields=["account", "-made_at", "-id"], name="bills_certificate_feed")]

    def __str__(self) -> str:
        return self.public_id


class ConsumptionCertificate(models.Model):
    """What an account was given of its use and payments in whole months. Append-only.

    ``since`` and ``until`` are first days of months, both included. Whoever knows ``code`` may check it
    without a sign-in. ``statement`` and ``parties`` are what is printed: it is drawn from the row alone.
    """

    public_id = PublicIdField()
    code = models.CharField(max_length=28, unique=True)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    on = models.DateField()
    since = models.DateField()
    until = models.DateField()
    statement = models.JSONField()
    parties = models.JSONField()
    sha256 = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            # The same day, months and books say the same thing once, whoever asks at once.
            models.UniqueConstraint(
                fields=["account", "on", "since", "until", "sha256"], name="bills_consumption_once"
            ),
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("until")), name="bills_consumption_in_order"
            ),
        ]
        indexes = [models.Index(fields=["account", "-made_at", "-id"], name="bills_consumption_feed")]

    def __str__(self) -> str:
        return self.public_id


class ProvedBlock(models.Model):
    """A thousand bills or files by keys, as ``svet verify`` found them right: so many, and 64 bits over them.

    While the bits are the same, nothing of them was changed, put in or taken away. The rows can be deleted at
    any time: then all is proved again.
    """

    files = models.BooleanField()
    block = models.BigIntegerField()
    rows = models.IntegerField()
    bits = models.BigIntegerField()
    proved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["files", "block"], name="bills_block_proved_once")]

    def __str__(self) -> str:
        return f"{self.block}"

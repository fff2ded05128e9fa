"""What happened (transactions), how it moved the books (postings), and where each account stands."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from svet.ledger.rules import KEY_LONGEST, Book, TransactionKind


class Transaction(models.Model):
    """One event that moved money; its ``key`` names the event in the outside world and is taken for ever."""

    key = models.CharField(max_length=KEY_LONGEST)
    kind = models.CharField(max_length=16)
    occurred_at = models.DateTimeField()
    # When the database was told of it, by its own clock.
    posted_at = models.DateTimeField(db_default=Now())
    effective_on = models.DateField()
    # Checked by a trigger for a whole statement at once, as the account of a posting is. Neither is ever
    # deleted: an account has terms and a provider accounts, whose foreign keys hold them.
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    memo = models.CharField(max_length=200, blank=True, default="")
    # The month a payer named: the first of its days.
    named_month = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_transaction_key_unique"),
            models.CheckConstraint(condition=~models.Q(key=""), name="ledger_transaction_key_given"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in TransactionKind]),
                name="ledger_transaction_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AccountBalance(models.Model):
    """Where an account stands: the number of its newest posting and the balance after it.

    Its row is the lock under which postings get their numbers: whoever sees a number sees all before it.
    """

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    last_seq = models.BigIntegerField()
    kopecks = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.kopecks}"


class Posting(models.Model):
    """One leg of a transaction: kopecks into one book, for one account where the book is per account.

    What moves an account's debt carries its number on the account (``seq``, 1, 2, 3…, in the order in which
    it became known) and the balance before and after it.
    """

    # Transactions are never deleted, so only the insert is to be guarded: a trigger checks a whole
    # statement's rows at once, where a foreign key would look up each of them.
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="postings", db_constraint=False
    )
    book = models.CharField(max_length=12)
    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    kopecks = models.BigIntegerField()
    seq = models.BigIntegerField(null=True)
    balance_before = models.BigIntegerField(null=True)
    balance_after = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(book__in=[book.value for book in Book]), name="ledger_posting_book_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(book=Book.RECEIVABLE.value) | models.Q(account__isnull=False),
                name="ledger_posting_receivable_has_account",
            ),
            models.CheckConstraint(condition=~models.Q(kopecks=0), name="ledger_posting_not_zero"),
            models.CheckConstraint(
                condition=models.Q(
                    book=Book.RECEIVABLE.value,
                    seq__gte=1,
                    balance_after=models.F("balance_before") + models.F("kopecks"),
                )
                | ~models.Q(book=Book.RECEIVABLE.value)
                & models.Q(seq__isnull=True, balance_before__isnull=True, balance_after__isnull=True),
                name="ledger_posting_numbered",
            ),
            models.UniqueConstraint(
                fields=["account", "seq"],
                include=["transaction", "kopecks", "balance_after"],
                condition=models.Q(book=Book.RECEIVABLE.value),
                name="ledger_posting_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.kopecks}"

"""What ``svet verify`` found right, and by what it will see that it has moved."""

from __future__ import annotations

from django.db import models


class ProvedAccount(models.Model):
    """The book of an account was recomputed up to its newest ``charge``, and nothing was wrong.

    ``lines`` and ``facts`` are 64 bits each over all that is charged and over all that was known of the
    account when ``charge`` was made, ``prices`` stands for what it shares with others (of the moment of the
    run or, where ``prices_of_today``, of the moment of the proof). While they are the same a recomputation
    would find the same. The rows can be deleted at any time: then the whole is proved again.
    """

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.CASCADE, related_name="+", primary_key=True, db_constraint=False
    )
    charge_id = models.BigIntegerField()
    lines = models.BigIntegerField()
    facts = models.BigIntegerField()
    prices = models.CharField(max_length=32)
    prices_of_today = models.BooleanField()
    proved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.proved_at}"

"""Who may pay for an account, and so may agree on something about its debt."""

from __future__ import annotations

from collections.abc import Collection

from svet.accounts.queries import people_by_account
from svet.accounts.rules import Right


def payers(account_ids: Collection[int]) -> dict[int, list[int]]:
    """By account who may pay for it now."""
    return people_by_account(account_ids=account_ids, right=Right.PAY) if account_ids else {}

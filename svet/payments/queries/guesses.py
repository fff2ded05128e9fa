"""For which accounts money that waits may have been meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.accounts import queries as accounts
from svet.accounts.queries import finding
from svet.payments.models import ImportedPayment
from svet.payments.queries.suspense import WaitingRow
from svet.payments.rules.guessing import GuessKind, alike

#: More would be a list to search and no hint; so many namesakes say nothing.
MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """An account that may have been meant, why, and when it has paid the same sum before."""

    account_id: int
    number: str
    reason: GuessKind
    paid_same_on: date | None = None


def guesses(row: WaitingRow) -> list[Guess]:
    """The accounts that the money of a row may be for, the likeliest first; a person decides.

    Who has paid the same sum before comes before others with the same reason.
    """
    found: dict[int, GuessKind] = {}
    for account_id, reason in (*_put_before(row), *_by_number(row), *_by_words(row)):
        found.setdefault(account_id, reason)
    numbers = finding.numbers_of(found)
    paid = _paid_same(row, found)
    order = list(GuessKind)
    made = [
        Guess(account_id, numbers[account_id], reason, paid.get(account_id))
        for account_id, reason in found.items()
    ]
    made.sort(key=lambda one: (order.index(one.reason), one.paid_same_on is None, one.number))
    return made[:MOST]


def _put_before(row: WaitingRow) -> Iterable[tuple[int, GuessKind]]:
    """Accounts on which persons have put money that came with the same number."""
    put = ImportedPayment.objects.filter(
        provider_id=row.provider_id,
        account_text=row.account_text,
        account__isnull=False,
        settled_at__isnull=False,
    )
    if row.account_text:
        for account_id in put.order_by("-settled_at").values_list("account_id", flat=True)[:MOST]:
            yield account_id, GuessKind.SAME_MISTAKE


def _by_number(row: WaitingRow) -> Iterable[tuple[int, GuessKind]]:
    lengths = accounts.provider_by_id(row.provider_id).account_lengths
    wanted = alike(row.account_text, lengths=lengths)
    for key in accounts.account_keys(wanted):
        if key.provider_id == row.provider_id:
            yield key.account_id, wanted[key.number]


def _by_words(row: WaitingRow) -> Iterable[tuple[int, GuessKind]]:
    """By name and address; a transfer's purpose stands behind its payer's name and is left out."""
    words = row.payer.partition(";")[0].strip()
    if len(words) < 3:
        return
    held = set(finding.by_words(words))
    keys = accounts.account_keys(set(finding.numbers_of(held).values()))
    fitting = [
        key.account_id for key in keys if key.account_id in held and key.provider_id == row.provider_id
    ]
    if len(fitting) <= MOST:
        for account_id in fitting:
            yield account_id, GuessKind.WORDS


def _paid_same(row: WaitingRow, account_ids: Iterable[int]) -> dict[int, date]:
    rows = ImportedPayment.objects.filter(account_id__in=list(account_ids), kopecks=row.money.kopecks)
    return dict(rows.order_by("effective_on").values_list("account_id", "effective_on"))

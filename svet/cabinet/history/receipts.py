"""The fiscal receipts of the payments on a page of «История»: for who paid, nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from svet.cabinet.history.cards import ShownMonth
from svet.cabinet.shell.receipts import shown_receipts
from svet.fiscal.queries import receipts_of
from svet.history.queries import CardKind, HistoryCard, MonthOfCards
from svet.kernel.actors import Actor


def with_receipts(
    shown: Sequence[ShownMonth], found: Sequence[MonthOfCards], *, person_id: int
) -> list[ShownMonth]:
    """The same months, own payments with their receipts: one query however many there are."""
    receipts = receipts_of(
        {_own(card, person_id) for month in found for card in month.cards} - {0},
        seen_by=Actor.person(person_id),
    )
    return [
        replace(
            month,
            cards=tuple(
                replace(words, receipts=shown_receipts(receipts.get(_own(card, person_id), ())))
                for words, card in zip(month.cards, its.cards, strict=True)
            ),
        )
        for month, its in zip(shown, found, strict=True)
    ]


def _own(card: HistoryCard, person_id: int) -> int:
    """The payment of a card that the person made; 0: another's, or no payment."""
    if card.kind is not CardKind.PAYMENT or card.order is None or card.order.person_id != person_id:
        return 0
    return card.order.order_id

"""The fiscal receipts of the payments on a page of «История»: for who paid, nobody else.

Who makes those of money that came by a register or was moved is told to all who see the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from svet.cabinet.history.months import ShownMonth
from svet.cabinet.shell.receipts import shown_receipts
from svet.fiscal.queries import receipts_of
from svet.history.queries import CardKind, HistoryCard, MonthOfCards
from svet.kernel.actors import Actor
from svet.payments.queries.elsewhere import ReceiptsElsewhere, receipts_elsewhere
from svet.payments.texts.sources import receipt_for_payer


def with_receipts(
    shown: Sequence[ShownMonth], found: Sequence[MonthOfCards], *, person_id: int
) -> list[ShownMonth]:
    """The same months with what is known of receipts: three queries at most, however many cards there are."""
    cards = [card for month in found for card in month.cards]
    elsewhere = receipts_elsewhere(
        rows=[card.register for card in cards], entries=[card.entry for card in cards]
    )
    receipts = receipts_of(
        {_own(card, person_id) for card in cards} - {0},
        seen_by=Actor.person(person_id),
    )
    return [
        replace(
            month,
            cards=tuple(
                replace(
                    words,
                    receipts=shown_receipts(receipts.get(_own(card, person_id), ())),
                    rows=(*words.rows, *_made_elsewhere(card, elsewhere)),
                )
                for words, card in zip(month.cards, its.cards, strict=True)
            ),
        )
        for month, its in zip(shown, found, strict=True)
    ]


def _made_elsewhere(card: HistoryCard, known: ReceiptsElsewhere) -> Iterable[tuple[str, str]]:
    """The row of a card about a receipt that the portal does not make."""
    by = known.of(card.register, card.entry)
    return () if by is None else ((_("Кассовый чек"), receipt_for_payer(by)),)


def _own(card: HistoryCard, person_id: int) -> int:
    """The payment of a card that the person made; 0: another's, or no payment."""
    if card.kind is not CardKind.PAYMENT or card.order is None or card.order.person_id != person_id:
        return 0
    return card.order.order_id

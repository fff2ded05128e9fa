"""How much one document may hold: the vendor's bounds, in one place.

Source: ``src/Constraints.php`` of the public client anthonyaxenov/atol-online at 4157ab6, which names
pages of the vendor's document of v4 (``API_atol_online_v4.pdf``, 17, 21, 31): items in a document, the name
of one (tag 1030), its price and sum (1079, 1043), a contact (1008), rates of VAT, the place of settlement.
No client of v5 that was found names any, so these are held as v5's, by the sandbox's till as well. T-Bank's
schema has the same number of items («не более 100 позиций», ``ReceiptFFD105``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from svet.gateways.fiscal.port import FiscalDocument
from svet.kernel.money import Money

MOST_ITEMS: Final = 100
LONGEST_NAME: Final = 128
#: Of an item and of a document: 42 949 672,95 roubles, 32 bits of kopecks.
DEAREST: Final = Money(2**32 - 1)
LONGEST_CONTACT: Final = 64
LONGEST_PLACE: Final = 256
MOST_RATES: Final = 6
LONGEST_EXTERNAL_ID: Final = 128


def beyond(document: FiscalDocument) -> list[str]:
    """What of a document is more than a till takes; nothing: it may be handed over."""
    return list(_beyond(document))


def _beyond(document: FiscalDocument) -> Iterator[str]:
    if len(document.items) > MOST_ITEMS:
        yield f"{len(document.items)} items, {MOST_ITEMS} at most"
    if any(len(item.name) > LONGEST_NAME for item in document.items):
        yield f"a name of an item, {LONGEST_NAME} characters at most"
    if document.total > DEAREST:
        yield f"a sum above {DEAREST.kopecks} kopecks"
    if len({item.vat for item in document.items}) > MOST_RATES:
        yield f"rates of VAT, {MOST_RATES} at most"
    if max(len(document.email), len(document.phone), len(document.seller.email)) > LONGEST_CONTACT:
        yield f"a contact, {LONGEST_CONTACT} characters at most"
    if len(document.seller.payment_address) > LONGEST_PLACE:
        yield f"a place of settlement, {LONGEST_PLACE} characters at most"
    if len(document.external_id) > LONGEST_EXTERNAL_ID:
        yield f"a name, {LONGEST_EXTERNAL_ID} characters at most"

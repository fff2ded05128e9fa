"""What a bill says, when it is due, how it is numbered, and its payment code. No database here."""

from svet.bills.rules.comparison import Change, Comparison, TariffChange, compare
from svet.bills.rules.document import (
    Bar,
    BillDocument,
    LineRow,
    Payee,
    Payer,
    ReadingRow,
    Sums,
    canonical,
    digest,
    document_number,
    due_on,
    from_snapshot,
    price_key,
    to_snapshot,
    uses_own_readings,
)
from svet.bills.rules.qr import CodeImpossible, payment_code, payment_qr
from svet.bills.rules.reminding import accounts_label, reminded_until, still_owed

__all__ = [
    "Bar",
    "BillDocument",
    "Change",
    "CodeImpossible",
    "Comparison",
    "LineRow",
    "Payee",
    "Payer",
    "ReadingRow",
    "Sums",
    "TariffChange",
    "accounts_label",
    "canonical",
    "compare",
    "digest",
    "document_number",
    "due_on",
    "from_snapshot",
    "payment_code",
    "payment_qr",
    "price_key",
    "reminded_until",
    "still_owed",
    "to_snapshot",
    "uses_own_readings",
]

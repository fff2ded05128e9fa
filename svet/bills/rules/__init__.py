"""What a bill says, when it is due, how it is numbered, and its payment code. No database here."""

from svet.bills.rules.comparison import TariffChange, UsageChange, UsageComparison, compare, per_day
from svet.bills.rules.document import (
    BillDocument,
    BillPayee,
    BillPayer,
    BillReading,
    LinePart,
    LineRow,
    MoneyState,
    Movement,
    Sums,
    Usage,
    UsageBar,
    document_number,
    due_on,
    uses_own_readings,
)
from svet.bills.rules.lines import RECALCULATION, adds_up, last_prices, merged, usage
from svet.bills.rules.qr import CodeImpossible, PaymentBlock, is_payable_by_code, payment_code, payment_qr
from svet.bills.rules.reminding import accounts_label, reminded_until, still_owed
from svet.bills.rules.route import batch_label, route_key
from svet.bills.rules.snapshots import canonical, digest, from_snapshot, to_snapshot, written
from svet.bills.rules.streams import BillStreams
from svet.bills.rules.sums import CHARGE, PAYMENT, REFUND, Posted, account_sums, balances

__all__ = [
    "CHARGE",
    "PAYMENT",
    "RECALCULATION",
    "REFUND",
    "BillDocument",
    "BillPayee",
    "BillPayer",
    "BillReading",
    "BillStreams",
    "CodeImpossible",
    "LinePart",
    "LineRow",
    "MoneyState",
    "Movement",
    "PaymentBlock",
    "Posted",
    "Sums",
    "TariffChange",
    "Usage",
    "UsageBar",
    "UsageChange",
    "UsageComparison",
    "account_sums",
    "accounts_label",
    "adds_up",
    "balances",
    "batch_label",
    "canonical",
    "compare",
    "digest",
    "document_number",
    "due_on",
    "from_snapshot",
    "is_payable_by_code",
    "last_prices",
    "merged",
    "payment_code",
    "payment_qr",
    "per_day",
    "reminded_until",
    "route_key",
    "still_owed",
    "to_snapshot",
    "usage",
    "uses_own_readings",
    "written",
]

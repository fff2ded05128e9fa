"""The reconciliation statement (акт сверки) as a paper and as a workbook, in the same words."""

from svet.bills.drawing.reconciliation.paper import draw_reconciliation
from svet.bills.drawing.reconciliation.workbook import write_reconciliation

__all__ = ["draw_reconciliation", "write_reconciliation"]

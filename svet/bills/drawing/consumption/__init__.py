"""The paper of use and payments (справка о потреблении и платежах) to hand over and as a workbook."""

from svet.bills.drawing.consumption.paper import draw_consumption
from svet.bills.drawing.consumption.workbook import write_consumption

__all__ = ["draw_consumption", "write_consumption"]

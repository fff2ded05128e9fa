"""Taking registers: one door for every profile."""

from svet.exchange.operations.taking import FileReport, take_file

__all__ = ["FileReport", "take_file"]

"""Taking registers: one door for every profile."""

from svet.exchange.operations.hands import waits_for_another
from svet.exchange.operations.loading import decide_file, lines_of, load_file, throw_file
from svet.exchange.operations.taking import FileReport, take_file

__all__ = [
    "FileReport",
    "decide_file",
    "lines_of",
    "load_file",
    "take_file",
    "throw_file",
    "waits_for_another",
]

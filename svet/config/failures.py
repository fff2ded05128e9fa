"""What an operator can put right: said in one line, without a traceback."""

from __future__ import annotations


class Failure(Exception):
    """The command cannot go on; the message is one line for the operator."""

"""What every shape of a body or an answer is made from."""

from __future__ import annotations

from pydantic import BaseModel


class Shape(BaseModel):
    """One object of a body or an answer, taken from a dictionary.

    Not ninja's ``Schema``: that one reads rows of models and their methods too, for which it takes each value
    out by a call of its own, and looks at a strict body twice. Nothing here is made from a row.
    """

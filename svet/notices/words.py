"""The shape of what is said of one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one event.

    ``sms`` aims at 70 characters: one part of a Cyrillic message. ``paragraphs`` make the letter,
    ``code`` is printed large in it, ``action`` is the label of its button.
    """

    title: str
    text: str
    sms: str = ""
    paragraphs: tuple[str, ...] = ()
    code: str = ""
    action: str = ""

    @property
    def letter(self) -> tuple[str, ...]:
        return self.paragraphs or (self.text,)

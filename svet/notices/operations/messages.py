"""What is said of one event to one person, before a channel is chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from svet.kernel.places import Place
from svet.notices.rules import NoticeChannel


@dataclass(frozen=True, slots=True)
class NoticeMessage:
    """What one person is told, and the place of the cabinet it leads to.

    ``already`` names the channels by which the caller tells the same in its own way (a letter with a file).
    One that ``renews`` takes the place of what was told of the same event and place and is not read yet.
    """

    recipient_id: int
    params: Mapping[str, str]
    place: Place | None = None
    already: Collection[NoticeChannel] = ()
    renews: bool = False

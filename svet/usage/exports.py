"""Of persons the room knows only who does not want to be compared."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare
from svet.usage.operations import forget_choice

EXPORT = PersonalShare(forget=forget_choice)

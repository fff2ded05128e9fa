"""What the journal keeps of penalties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "penalties.policy.set": gettext_lazy("Изменены правила пеней"),
}

"""What the journal keeps of the company's own data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "installation.changed": gettext_lazy("Изменены данные компании"),
}

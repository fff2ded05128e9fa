"""What the journal keeps of files that were not taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "file.infected": gettext_lazy("Прислан заражённый файл, не принят"),
}

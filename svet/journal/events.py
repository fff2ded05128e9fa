"""What the journal keeps of whoever asks for what is not theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "not_visible": gettext_lazy("Запрошено то, чего нет или что не ваше"),
}

"""What the journal keeps of registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "register.taken": gettext_lazy("Загружен реестр"),
    "statement.taken": gettext_lazy("Загружена выписка"),
    "register.loaded": gettext_lazy("Реестр прислан на проверку"),
    "register.thrown": gettext_lazy("Реестр отброшен"),
}

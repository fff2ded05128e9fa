"""What the journal keeps of the desks themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "account.viewed": gettext_lazy("Счёт открыт сотрудником"),
    "staff.denied": gettext_lazy("Сотруднику отказано в доступе"),
}

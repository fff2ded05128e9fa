"""What the journal keeps of the desks themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "account.viewed": gettext_lazy("Счёт открыт сотрудником"),
    "cabinet.view_ended": gettext_lazy("Просмотр глазами клиента закончен"),
    "cabinet.view_refused": gettext_lazy("Отказано при просмотре глазами клиента"),
    "cabinet.viewed": gettext_lazy("Кабинет открыт сотрудником глазами клиента"),
    "staff.denied": gettext_lazy("Сотруднику отказано в доступе"),
}

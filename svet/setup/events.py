"""What the journal keeps of suppliers that wait for a second member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "agreement.published": gettext_lazy("Опубликован новый текст соглашения"),
    "agreement.taken_back": gettext_lazy("Отозван текст соглашения, день которого не наступил"),
    "supplier.asked": gettext_lazy("Новый поставщик или его реквизиты ждут второго сотрудника"),
    "supplier.signed": gettext_lazy("Новый поставщик или его реквизиты подписаны вторым сотрудником"),
    "supplier.refused": gettext_lazy("Новый поставщик или его реквизиты не подписаны"),
}

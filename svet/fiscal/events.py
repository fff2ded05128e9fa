"""What the journal keeps of tills and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

ACTIONS: Final[Mapping[str, object]] = {
    "fiscal.cashbox.added": gettext_lazy("Добавлена онлайн-касса"),
    "fiscal.cashbox.off": gettext_lazy("Онлайн-касса выключена"),
    "fiscal.receipt.closed": gettext_lazy("Кассовый чек закрыт другим документом"),
    "fiscal.receipt.corrected": gettext_lazy("Чек коррекции отправлен в кассу"),
    "fiscal.receipt.correction": gettext_lazy("Записан чек коррекции"),
    "fiscal.receipt.again": gettext_lazy("Кассовый чек отправлен заново"),
    "fiscal.receipt.done": gettext_lazy("Пробит кассовый чек"),
    "fiscal.receipt.failed": gettext_lazy("Кассовый чек не пробит"),
    "fiscal.receipt.none": gettext_lazy("Решено, что чек возврата не нужен"),
    "fiscal.receipt.made": gettext_lazy("Подготовлен кассовый чек"),
}

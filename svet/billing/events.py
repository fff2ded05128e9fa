"""What the journal keeps of charging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "decision.written": gettext_lazy("Записано решение о начислении"),
    "decision.signed": gettext_lazy("Решение о начислении подписано вторым сотрудником"),
    "decision.undo_asked": gettext_lazy("Предложено отменить решение о начислении"),
    "decision.undone": gettext_lazy("Решение о начислении отменено"),
    "draft.written": gettext_lazy("Внесено с возвратом начисленного: ждёт второй подписи"),
    "draft.signed": gettext_lazy("Возврат начисленного подписан вторым сотрудником"),
    "draft.refused": gettext_lazy("В возврате начисленного отказано вторым сотрудником"),
    "draft.withdrawn": gettext_lazy("Запись с возвратом начисленного отозвана автором"),
    "draft.expired": gettext_lazy("Срок подписи записи с возвратом начисленного вышел"),
    "houses.loaded": gettext_lazy("Загружен реестр домов"),
    "house.read": gettext_lazy("Внесены показания дома"),
    "house.reopened": gettext_lazy("Общедомовой объём месяца открыт для пересчёта"),
    "policy.set": gettext_lazy("Изменены правила расчёта"),
    "month.rehearsed": gettext_lazy("Сделан пробный расчёт месяца"),
    "month.released": gettext_lazy("Месяц выпущен к начислению"),
    "month.totals_confirmed": gettext_lazy("Итоги месяца подтверждены"),
    "month.release_refused": gettext_lazy("Выпуск месяца не состоялся: данные изменились"),
    "month.asked_dry_run": gettext_lazy("Запрошен пробный расчёт"),
    "month.asked_release": gettext_lazy("Запрошен выпуск месяца"),
    "month.asked_charge": gettext_lazy("Запрошено начисление месяца"),
    "month.asked_retry": gettext_lazy("Запрошено повторное начисление выбранных счетов"),
    "month.asked_issue": gettext_lazy("Запрошено выставление счетов за месяц"),
}

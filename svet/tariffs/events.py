"""What the journal keeps of tariffs and norms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "law.entered": gettext_lazy("Внесена строка права"),
    "law.withdrawn": gettext_lazy("Отозвана строка права"),
    "norms.withdrawn": gettext_lazy("Отозваны загруженные нормативы"),
    "tariffs.corrected": gettext_lazy("Исправлены загруженные тарифы"),
    "tariffs.closed": gettext_lazy("Назначен последний день тарифов"),
}

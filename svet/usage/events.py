"""What a person can do about their months, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

ACTIONS: Final[Mapping[str, object]] = {
    "usage.alike_hidden": gettext_lazy("Сравнение с похожими квартирами выключено"),
    "usage.alike_shown": gettext_lazy("Сравнение с похожими квартирами включено"),
}

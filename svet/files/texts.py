"""The room's refusals in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from svet.files.rules import PhotoReason, ScanReason
from svet.kernel.refusals import Refused

#: Every reason of this room that has a sentence.
REASONS: Final = (PhotoReason, ScanReason)


def explain(refusal: Refused) -> str:
    """What is wrong with the file and what to do."""
    match refusal.reason:
        case ScanReason.INFECTED:
            return _("Антивирус нашёл в файле вредоносный код. Файл не принят и не сохранён.")
        case ScanReason.TOO_LONG:
            return _("Файл больше, чем проверяет антивирус. Разделите его на части или напишите нам.")
        case ScanReason.UNREACHED:
            return _("Сейчас не получается проверить файл антивирусом. Попробуйте ещё раз через минуту.")
        case PhotoReason.EMPTY:
            return _("Файл пустой. Сделайте фото ещё раз.")
        case PhotoReason.TOO_LARGE:
            return _("Фото больше 10 МБ. Уменьшите размер снимка в настройках камеры и сделайте его ещё раз.")
        case PhotoReason.TOO_MANY_PIXELS:
            return _("Снимок больше 40 мегапикселей. Уменьшите его размер в настройках камеры.")
        case PhotoReason.HEIC:
            return _(
                "Формат HEIC мы пока не читаем. Сделайте снимок экрана с этим фото или выберите в настройках "
                "камеры «Наиболее совместимые»."
            )
        case PhotoReason.BROKEN:
            return _("Файл повреждён, снимок не открывается. Сделайте фото ещё раз.")
        case PhotoReason.GONE:
            return _("Фото не сохранилось: прошло больше суток. Приложите его ещё раз.")
        case _:
            return _("Это не фото. Приложите снимок в формате JPEG, PNG или WebP.")

"""Services in words: what they are called, and what is plainly said of those that are not charged here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.services import Service


def service_name(service: Service) -> str:
    """What is supplied: «Электроэнергия», «Холодная вода»."""
    match service:
        case Service.ELECTRICITY:
            return _("Электроэнергия")
        case Service.COLD_WATER:
            return _("Холодная вода")
        case Service.HOT_WATER:
            return _("Горячая вода")
        case Service.HEAT:
            return _("Отопление")
        case Service.GAS:
            return _("Газ")
        case Service.WASTE:
            return _("Вывоз мусора")


def service_sentence(service: Service) -> str:
    """What can be told of a service whose sums its supplier counts itself."""
    return _(
        "%(service)s: начисляет сам поставщик и сам присылает квитанции. Здесь можно передать показания, "
        "увидеть остаток и заплатить."
    ) % {"service": service_name(service)}

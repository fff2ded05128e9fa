"""What people are told of acts, and how acts are called everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words

#: What acts say, by ``rules.acts.ActOf``.
ACT_NAMES: Final[Mapping[str, Promise]] = {
    "broken": gettext_lazy("Прибор учёта неисправен"),
    "lost": gettext_lazy("Прибор учёта утрачен"),
    "refused": gettext_lazy("Не допустили к прибору учёта"),
    "tampered": gettext_lazy("Вмешательство в учёт"),
    "unmetered": gettext_lazy("Прибора учёта нет, хотя его можно поставить"),
    "silent": gettext_lazy("Умный прибор учёта не передаёт показания"),
    "away": gettext_lazy("Временное отсутствие с подтверждением"),
}
#: What is counted meanwhile, for the office and for the customer alike.
ACT_EFFECTS: Final[Mapping[str, Promise]] = {
    "broken": gettext_lazy("Пока прибор не восстановят, считаем по среднему расходу."),
    "lost": gettext_lazy("Пока прибор не поставят, считаем по среднему расходу."),
    "refused": gettext_lazy(
        "Три месяца считаем по среднему расходу, потом по нормативу с коэффициентом 1,5."
    ),
    "tampered": gettext_lazy("За эти дни считаем по десятикратному нормативу."),
    "unmetered": gettext_lazy("Считаем по нормативу с повышающим коэффициентом."),
    "silent": gettext_lazy("Пока показаний нет, считаем по среднему расходу, потом по нормативу."),
    "away": gettext_lazy("Норматив за эти дни считаем без тех, кого не было дома."),
}


def _office_act(p: Params) -> Words:
    """The office wrote an act down, or took it back."""
    if p.get("gone"):
        return Words(
            title=_("Акт отозван"),
            text=_("Аб. № %(account)s: акт № %(number)s отозван. Расчёт исправим в следующем счёте.") % p,
            sms=_("Аб. № %(account)s: акт № %(number)s отозван") % p,
            action=_("Посмотреть счёт"),
        )
    words = {"name": ACT_NAMES[p["act"]], "effect": ACT_EFFECTS[p["act"]], **p}
    return Words(
        title=_("Составлен акт"),
        text=_(
            "Аб. № %(account)s, акт № %(number)s, с %(on)s. %(name)s. %(effect)s Если не согласны, напишите "
            "нам в разделе «Помощь»."
        )
        % words,
        sms=_("Аб. № %(account)s: составлен акт № %(number)s, подробности в кабинете") % p,
        action=_("Посмотреть счёт"),
    )


# ``act``: one of ``ACT_NAMES``; ``gone``: it was taken back.
OFFICE_ACT: Final = EventSpec(
    code="office_act",
    name=gettext_lazy("Акт о приборе учёта"),
    words=_office_act,
    needs={"account", "number", "on", "act"},
    places={"account"},
    icon="meter",
    row=165,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

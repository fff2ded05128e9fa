"""What the bank can be asked to do wrong by hand, and what of the world's orders that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Where programs ask the bank, in each of the APIs it speaks; its pages for people stay as they are.
APIS: Final = ("/v3", "/tbank", "/payment/rest")


@dataclass(frozen=True, slots=True)
class Trouble:
    """``order`` is a name of the control pages; ``typed`` its fields, where ``N`` is what somebody chose."""

    name: str
    words: str | Promise
    order: str
    typed: Mapping[str, str]

    def fields(self, number: int) -> dict[str, str]:
        """The fields with the number in its place."""
        return {name: str(number) if value == "N" else value for name, value in self.typed.items()}


TROUBLES: Final = (
    Trouble("lost", _("Потерять N следующих сообщений магазину"), "callbacks", {"lost": "N"}),
    Trouble("copies", _("Присылать каждое сообщение N раз"), "callbacks", {"copies": "N"}),
    Trouble("late", _("Присылать сообщения на N секунд позже"), "callbacks", {"late": "N"}),
    Trouble(
        "swapped", _("Прислать N следующих сообщений после тех, что за ними"), "callbacks", {"swapped": "N"}
    ),
    Trouble("sum", _("Назвать в N ответах сумму на рубль больше"), "fault", {"kind": "sum", "times": "N"}),
    Trouble(
        "slow", _("Отвечать N секунд, двадцать раз"), "fault", {"kind": "slow", "seconds": "N", "times": "20"}
    ),
    Trouble("lose", _("Сделать, но оборвать N ответов"), "fault", {"kind": "lose", "times": "N"}),
    Trouble("fail", _("Ответить N раз ошибкой 500"), "fault", {"kind": "fail", "times": "N"}),
    Trouble("calm", _("Больше ничего не портить"), "calm", {}),
)

"""The test cards of the bank and what each does (numbers as YooKassa publishes them for its test shops)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Behaviour(StrEnum):
    """What happens after «Оплатить» on the bank's page."""

    SUCCESS = "success"
    THREE_D_SECURE = "3ds"
    SLOW = "slow"
    LATE = "late"
    SILENT = "silent"
    REVOKED = "revoked"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class SampleCard:
    """One test card; ``reason`` is the bank's own word for a decline."""

    number: str
    title: str
    behaviour: Behaviour
    reason: str = ""

    @property
    def spaced(self) -> str:
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


#: The name of a card that was kept before this bank began: that of a resident of the sample town.
KEPT_BEFORE: Final = "kept-before-the-town"
#: Its number.
KEPT_NUMBER: Final = "2202474301322987"

CARDS: Final = (
    SampleCard("2202474301322987", "Мир: оплата проходит", Behaviour.SUCCESS),
    SampleCard("5555555555554444", "Mastercard: оплата проходит", Behaviour.SUCCESS),
    SampleCard("4111111111111111", "Visa: оплата проходит", Behaviour.SUCCESS),
    SampleCard("5555555555554477", "Подтверждение кодом (3-D Secure)", Behaviour.THREE_D_SECURE),
    SampleCard("2200000000000053", "Медленно: банк думает 5 секунд", Behaviour.SLOW),
    SampleCard("2200000000000061", "Банк отвечает через 20 секунд после возврата", Behaviour.LATE),
    SampleCard("2200000000000079", "Оплата проходит, но банк о ней не сообщает", Behaviour.SILENT),
    SampleCard("2200000000000087", "Запомненной картой потом не заплатить: отозвана", Behaviour.REVOKED),
    SampleCard("5555555555554600", "Карта отклонена", Behaviour.DECLINE, "general_decline"),
    SampleCard("5555555555554626", "Не хватает денег", Behaviour.DECLINE, "insufficient_funds"),
    SampleCard("5555555555554543", "Срок карты истёк", Behaviour.DECLINE, "card_expired"),
    SampleCard("5555555555554592", "3-D Secure не пройден", Behaviour.DECLINE, "3d_secure_failed"),
    SampleCard("5555555555554527", "Подозрение на мошенничество", Behaviour.DECLINE, "fraud_suspected"),
    SampleCard("5555555555554642", "Превышен лимит", Behaviour.DECLINE, "payment_method_limit_exceeded"),
    SampleCard("5555555555554576", "Банк карты не отвечает", Behaviour.DECLINE, "issuer_unavailable"),
)
#: Banks whose accounts can be bound by СБП: the number of НСПК, the name, what becomes of a charge.
SBP_BANKS: Final[Mapping[str, tuple[str, Behaviour]]] = {
    "100000000001": ("Банк «Пример»", Behaviour.SUCCESS),
    "100000000002": ("Банк «Образец»", Behaviour.SUCCESS),
    "100000000003": ("Банк, где привязку отозвали", Behaviour.REVOKED),
    "100000000004": ("Банк, где не хватает денег", Behaviour.DECLINE),
}
THREE_D_SECURE_CODE: Final = "1234"


def find(number: str) -> SampleCard | None:
    """The test card with this number, spaces allowed."""
    digits = number.replace(" ", "").replace("\u00a0", "").replace("-", "")
    return next((card for card in CARDS if card.number == digits), None)


def system(number: str) -> str:
    """The payment system by the first digit, as the bank's API names it."""
    return {"2": "Mir", "4": "Visa", "5": "MasterCard"}.get(number[:1], "Unknown")

"""What a reconciliation statement says: a Russian document whatever language the cabinet speaks."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from svet.bills import texts
from svet.bills.rules.reconciliation import ReconciliationRow, ReconciliationStatement
from svet.ledger.rules import TransactionKind
from svet.look.formats import day, number, roubles

TITLE: Final = "Акт сверки расчётов"
HEADS: Final = ("Дата", "Учтено", "Операция", "Документ", "Дебет, ₽", "Кредит, ₽", "Остаток, ₽")
NOTE: Final = (
    "Дата — день, за который операция считается: для оплаты это день, когда поступили деньги. Учтено — день, "
    "когда она появилась в расчётах. Дебет увеличивает долг, кредит уменьшает; остаток с минусом — переплата."
)


def operation(row: ReconciliationRow) -> str:
    """«Начислено за октябрь 2026», «Оплата»."""
    more = row.kopecks > 0
    match row.kind:
        case TransactionKind.CHARGE if more:
            return f"Начислено за {texts.month_label(row.on)}"
        case TransactionKind.CHARGE:
            return f"Перерасчёт за {texts.month_label(row.on)}"
        case TransactionKind.PAYMENT:
            return "Платёж отозван" if more else "Оплата"
        case TransactionKind.REFUND:
            return "Возврат абоненту" if more else "Возврат отменён"
        case TransactionKind.OPENING:
            return "Остаток из прежней системы"
        case TransactionKind.TRANSFER:
            return "Перенос на другой счёт" if more else "Перенос с другого счёта"
        case TransactionKind.WRITE_OFF:
            return "Списание отменено" if more else "Долг списан"
        case TransactionKind.CHARGEBACK:
            return "Платёж вернул банк по спору" if more else "Спор с банком выигран"
        case TransactionKind.FEE:
            return "Плата за ограничение, возобновление"
        case TransactionKind.PENALTY:
            return "Пени" if more else "Пени сняты"
        case TransactionKind.BENEFIT:
            return "Льгота отменена" if more else "Льгота"
        case _:
            return "Корректировка"


def period_words(statement: ReconciliationStatement) -> str:
    """«за период с 01.01.2026 по 30.11.2026»."""
    return f"за период с {day(statement.period.since)} по {day(statement.period.until)}"


def balance_words(statement: ReconciliationStatement) -> str:
    """How it ends: «Долг на 30.11.2026: 1 234,56 ₽», «Переплата…», «Долга нет…»."""
    on = day(statement.period.until)
    if not statement.closing:
        return f"На {on} долга нет, переплаты нет"
    name = "Долг" if statement.closing > 0 else "Переплата"
    return f"{name} на {on}: {roubles(abs(statement.closing))}"


def sum_words(kopecks: int) -> str:
    """«1 234,56»."""
    return number(Decimal(kopecks) / 100, places=2)


def cells(row: ReconciliationRow) -> tuple[str, ...]:
    """A row as the paper writes it, in the order of the heads."""
    return (
        day(row.on),
        day(row.known_on),
        operation(row),
        row.document,
        sum_words(row.debit) if row.debit else "",
        sum_words(row.credit) if row.credit else "",
        sum_words(row.balance),
    )

"""What both forms of the paper say: a Russian document whatever language the cabinet speaks."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from svet.bills.rules.certificates import printed_code
from svet.bills.rules.consumption import ConsumptionMonth, ConsumptionView
from svet.bills.texts.consumption import consumption_debt, consumption_facts, consumption_plan
from svet.bills.texts.labels import zone_label
from svet.look.formats import day, number, unit_name
from svet.look.services import service_name

NOTE: Final = (
    "Суммы стоят по дням, за которые они считаются, как в акте сверки: долг на конец месяца = долг на "
    "начало + начислено + перерасчёт + прочее − оплачено; минус означает переплату. Прочее — пени, льготы, "
    "корректировки. Перерасчёт изменяет прошлые месяцы."
)
_ELSEWHERE: Final = "Потребление считает сам поставщик; суммы — по его данным."
_HOUSE: Final = "Расход — собственный, без общедомового; общедомовой входит в начисленное."


def notes_of(view: ConsumptionView) -> str:
    """What explains its columns."""
    more = _HOUSE if view.statement.service.charged_here else _ELSEWHERE
    return f"{NOTE} {more}"


def heads(view: ConsumptionView) -> tuple[str, ...]:
    """The heads of its table."""
    unit = unit_name(view.statement.service.unit)
    return (
        "Месяц",
        "По зонам",
        f"Расход, {unit}",
        "Начислено, ₽",
        "Перерасчёт, ₽",
        "Прочее, ₽",
        "Оплачено, ₽",
        "Долг на конец, ₽",
    )


def zones_of(zones: dict[str, Decimal], corrected: Decimal) -> str:
    """«день 120; ночь 45; перерасчёт −12»."""
    said = [f"{zone_label(zone).lower()} {number(volume)}" for zone, volume in zones.items()]
    if corrected:
        said.append(f"перерасчёт {number(corrected, sign=True)}")
    return "; ".join(said)


def zones_of_month(month: ConsumptionMonth, *, here: bool) -> str:
    """By zone; of a month that nobody has charged that is said."""
    if month.volumes is None:
        return "не начислено" if here else "—"
    return zones_of(dict(month.volumes.zones), month.volumes.corrected)


def facts_of(view: ConsumptionView, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Who it is about: label and value. Who is registered stays hidden with the name."""
    inn = f", ИНН {view.inn}" if view.inn else ""
    statement = view.statement
    return [
        ("Справка №", f"{printed_code(view.code)} от {day(view.on)}"),
        ("Составлена", f"{view.made_at.astimezone(zone):%d.%m.%Y %H:%M}"),
        ("Поставщик", f"{view.supplier}{inn}"),
        ("Лицевой счёт", view.account_number),
        ("Абонент", view.holder),
        ("Адрес", view.address),
        ("Услуга", f"{service_name(statement.service)}, {unit_name(statement.service.unit)}"),
        *([] if view.masked else consumption_facts(statement)),
    ]


def closing_words(view: ConsumptionView) -> list[str]:
    """Whether there is a debt and an agreement to pay it."""
    statement = view.statement
    return [consumption_debt(statement.debt, on=view.on), consumption_plan(statement.plan)]

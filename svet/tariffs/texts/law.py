"""Rows of law in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.look.formats import day, number
from svet.tariffs.rules.law_entries import LawEntryKind, LawEntryReason, NewLawEntry


def kind_name(kind: LawEntryKind) -> str:
    """What a row says."""
    return {
        LawEntryKind.KEY_RATE: _("Ключевая ставка"),
        LawEntryKind.PENALTY_CAP: _("Предел ставки пеней"),
        LawEntryKind.MORATORIUM: _("Мораторий на пени"),
    }[kind]


def entry_words(entry: NewLawEntry) -> str:
    """«Ключевая ставка 14 %, 23.03.2026–26.04.2026, Банк России 20.03.2026»."""
    percent = "" if entry.percent is None else _(" {percent}\u00a0%").format(percent=number(entry.percent))
    region = f", {entry.region}" if entry.region else ""
    days = f"{day(entry.valid_from)}–{day(entry.valid_to)}"
    return f"{kind_name(entry.kind)}{percent}{region}, {days}, {entry.act}"


def explain_entry(refusal: Refused) -> str:
    """Why a row is not taken, and what to do."""
    details = refusal.details
    match refusal.reason:
        case LawEntryReason.DATES:
            return _("Последний день раньше первого. Поменяйте их местами.")
        case LawEntryReason.AHEAD:
            return _(
                "Ключевую ставку так далеко вперёд никто не знает: последний день — не позже {last}."
                " Введите день перед следующим заседанием совета директоров Банка России."
            ).format(last=day(details["last"]))  # type: ignore[arg-type]
        case LawEntryReason.PERCENT:
            return _("Ставка — число больше 0 и не больше 100, до сотых: 14 или 14,25.")
        case LawEntryReason.NO_PERCENT:
            return _("У моратория нет ставки: оставьте поле пустым.")
        case LawEntryReason.ACT:
            return _("Назовите акт: кто, когда и какой номер, не длиннее {most} знаков.").format(**details)
        case LawEntryReason.ADDRESS:
            return _("Дайте адрес источника: он начинается с https:// и не длиннее 300 знаков.")
        case LawEntryReason.REGION:
            return _("Регион есть только у моратория и не длиннее 80 знаков.")
        case LawEntryReason.OVERLAP:
            return _(
                "На эти дни уже есть строка: {act}. Дни не могут совпадать; неверную строку отзовите."
            ).format(act=details["act"])
        case LawEntryReason.WITHDRAWN:
            return _("Эта строка уже отозвана.")
        case LawEntryReason.WHY:
            return _("Напишите, почему строка неверна.")
        case _:
            return _("Строки с таким номером нет.")

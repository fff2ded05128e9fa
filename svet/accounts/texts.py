"""The room's refusals in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.accounts.queries import AccountReason
from svet.accounts.rules import NumberReason
from svet.accounts.rules.refusals import (
    DeliveryReason,
    GroupReason,
    HoldingReason,
    HouseholdReason,
    LinkReason,
    SimpleReason,
    SupplierReason,
)
from svet.accounts.rules.terms import Stove, TermsReason, TermsValues
from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReached
from svet.limits.rules import wait_in_minutes
from svet.look.formats import day, number
from svet.people.rules import PhoneRefused
from svet.staffing.rules import StaffRefused
from svet.staffing.texts import explain as explain_person

#: Every reason of this room that has a sentence.
REASONS: Final = (
    AccountReason,
    NumberReason,
    HouseholdReason,
    GroupReason,
    HoldingReason,
    DeliveryReason,
    LinkReason,
    SimpleReason,
    SupplierReason,
    TermsReason,
)


def explain(refusal: Refused) -> str:
    """What happened and what to do, in Russian."""
    if isinstance(refusal, LimitReached):
        minutes = wait_in_minutes(refusal.retry_after)
        return ngettext(
            "Слишком много попыток. Попробуйте снова через %(count)d минуту.",
            "Слишком много попыток. Попробуйте снова через %(count)d минут.",
            minutes,
        ) % {"count": minutes}
    if isinstance(refusal, PhoneRefused | StaffRefused):
        return explain_person(refusal)
    if isinstance(refusal.reason, HoldingReason):
        return _explain_office(refusal)
    if isinstance(refusal.reason, HouseholdReason):
        return _explain_household(refusal)
    if isinstance(refusal.reason, SimpleReason):
        return _explain_simple(refusal)
    if isinstance(refusal.reason, TermsReason):
        return _explain_terms(refusal)
    if isinstance(refusal.reason, NumberReason):
        return _explain_number(refusal)
    match refusal.reason:
        case LinkReason.NO_SUCH_PAIR:
            return _(
                "Мы не нашли такую пару номеров. Проверьте оба: номер абонента и номер прибора учёта стоят "
                "в квитанции, номер прибора есть и на самом счётчике."
            )
        case LinkReason.CLOSED:
            return _("Договор закрыт, обратитесь в центр обслуживания")
        case LinkReason.TOO_LATE:
            return _("Этот кабинет добавил счёт раньше вас. Напишите нам в разделе «Помощь», мы разберёмся.")
        case DeliveryReason.EMAIL_NOT_CONFIRMED:
            return _("Сначала укажите и подтвердите электронную почту в профиле.")
        case DeliveryReason.NOT_YOURS_TO_CHOOSE:
            return _("Способ получения счета выбирает владелец лицевого счёта.")
        case DeliveryReason.REQUIRED:
            return _("Выберите способ получения счета.")
        case SupplierReason.SERVICE_STAYS:
            return _(
                "У этого поставщика уже есть лицевые счета: услугу не меняют. Заведите другого с новым кодом."
            )
        case AccountReason.NOT_FOUND:
            return _("Такого абонента нет в вашем кабинете.")
        case _:
            return _explain_group(refusal)


def _explain_office(refusal: Refused) -> str:
    match refusal.reason:
        case HoldingReason.NAME_REQUIRED:
            return _("Впишите фамилию, имя и отчество нового владельца.")
        case HoldingReason.NAME_CHARS:
            return _("В имени есть невидимые знаки, или оно длиннее 160 знаков.")
        case HoldingReason.DOCUMENT_REQUIRED:
            return _("Укажите, какой документ вы видели, без его номера.")
        case HoldingReason.GROUND:
            return _("Выберите основание.")
        case HoldingReason.FUTURE:
            return _("Этот день ещё не наступил: передайте счёт в тот день.")
        case HoldingReason.BEFORE_OPENED:
            return _("Договора тогда ещё не было: проверьте день.")
        case HoldingReason.BEFORE_LAST:
            return _("Счёт передавали позже этого дня: проверьте день.")
        case _:
            return _("Не получилось. Обновите страницу и попробуйте ещё раз.")


def _explain_household(refusal: Refused) -> str:
    match refusal.reason:
        case HouseholdReason.OWN_PHONE:
            return _("Это ваш собственный номер. Введите номер того, кому открываете доступ.")
        case HouseholdReason.ALREADY:
            return _("У этого человека уже есть доступ. Права можно изменить в списке ниже.")
        case HouseholdReason.PAST:
            return _("Этот день уже прошёл. Выберите сегодняшний или более поздний.")
        case HouseholdReason.TOO_FAR:
            return _("Срок слишком далёкий: не больше десяти лет. Или оставьте поле пустым.")
        case HouseholdReason.RIGHTS:
            return _("Такого права нет. Обновите страницу и отметьте права ещё раз.")
        case _:
            return _("Такого приглашения нет или его срок истёк. Попросите пригласить вас ещё раз.")


def _explain_simple(refusal: Refused) -> str:
    match refusal.reason:
        case SimpleReason.NO_RIGHT:
            return _("По этому счёту вы не передаёте показания и не платите: в простом виде нечего показать.")
        case SimpleReason.DECIDED:
            return _("Этот человек уже решил сам, какой вид ему удобен. Изменить это может только он.")
        case _:
            return _("Простой вид включают себе или тому, с кем вы открыли друг другу доступ к счёту.")


def _explain_number(refusal: Refused) -> str:
    account = refusal.field == "account_number"
    match refusal.reason:
        case NumberReason.REQUIRED:
            return _("Введите номер абонента.") if account else _("Введите номер прибора учёта.")
        case NumberReason.TOO_LONG:
            return _("Номер слишком длинный: проверьте, нет ли лишних цифр.")
        case NumberReason.LENGTH if account:
            lengths = refusal.details.get("lengths")
            if not isinstance(lengths, tuple) or not lengths:
                return _("В номере не столько цифр, сколько бывает. Нули в начале тоже нужны.")
            shown = [str(length) for length in lengths]
            return _("Лицевой счёт — %(lengths)s цифр. Нули в начале тоже нужны.") % {
                "lengths": _(" или ").join(shown)
            }
        case NumberReason.LENGTH:
            return _("Номер прибора учёта короче, чем бывает: в нём от 4 до 20 цифр.")
        case NumberReason.ZEROS:
            return _("Одни нули — не номер прибора учёта. Он стоит в квитанции и на самом счётчике.")
        case _ if refusal.details.get("letters"):
            if account:
                return _("Нужны только цифры. Проверьте, не стоит ли буква О вместо нуля.")
            return _("Введите только номер, без слов и букв.")
        case _:
            return _("Нужны только цифры, без других знаков.")


def terms_lines(values: TermsValues, *, group_name: str = "") -> list[tuple[str, str]]:
    """What is on file for an account, a line each: its name and its value."""
    unknown = _("неизвестно")
    stoves = {Stove.GAS: _("газовая"), Stove.ELECTRIC: _("электрическая"), None: unknown}
    heating = {True: _("электрическое"), False: _("не электрическое"), None: unknown}
    group = values.tariff_group or unknown
    return [
        (_("Тарифная группа"), f"{group}, {group_name}" if group_name else group),
        (_("Зарегистрировано"), unknown if values.residents is None else str(values.residents)),
        (_("Площадь, м²"), unknown if values.area is None else number(values.area)),
        (_("Комнат"), unknown if values.rooms is None else str(values.rooms)),
        (_("Плита"), stoves[values.stove]),
        (_("Отопление"), heating[values.electric_heating]),
    ]


def contract_end(closed_on: date | None) -> str:
    """Until when a contract holds."""
    if closed_on is None:
        return _("Договор действует, день окончания не назначен.")
    return _("Договор не действует с %(day)s.") % {"day": day(closed_on)}


def _explain_terms(refusal: Refused) -> str:
    details = refusal.details
    match refusal.reason:
        case TermsReason.NOTHING:
            return _("С этого дня так и записано: менять нечего.")
        case TermsReason.FIELD:
            return _("Условия «%(name)s» нет. Можно изменить: %(known)s.") % details
        case TermsReason.GROUP if "group" in details:
            return _("Группы «%(group)s» нет среди загруженных тарифов.") % details
        case TermsReason.GROUP:
            return _("Укажите тарифную группу.")
        case TermsReason.NUMBER:
            return _("Введите число, например 3, или оставьте поле пустым, если это неизвестно.")
        case TermsReason.STOVE:
            return _("Плита бывает газовая (gas) или электрическая (electric).")
        case TermsReason.YES_NO:
            return _("Ответьте «да» или «нет» или оставьте поле пустым, если это неизвестно.")
        case TermsReason.BEFORE_OPENED:
            return _("Договора тогда ещё не было: он открыт %(day)s.") % _with_day(details)
        case TermsReason.AFTER_CLOSED:
            return _("Договора тогда уже не было: он закрыт %(day)s.") % _with_day(details)
        case _:
            return _("Этот день дальше чем через год: проверьте дату.")


def _with_day(details: Mapping[str, object]) -> dict[str, str]:
    on = details["day"]
    return {"day": day(on) if isinstance(on, date) else ""}


def _explain_group(refusal: Refused) -> str:
    match refusal.reason:
        case GroupReason.REQUIRED:
            return _("Введите название группы.")
        case GroupReason.TOO_LONG:
            return _("Название слишком длинное: до %(longest)s знаков.") % {
                "longest": refusal.details.get("longest", 60)
            }
        case GroupReason.CHARS:
            return _("В названии есть невидимые символы. Введите его с клавиатуры.")
        case GroupReason.TAKEN:
            return _("Группа с таким названием уже есть.")
        case GroupReason.DEFAULT_STAYS:
            return _("Основную группу нельзя удалить или передвинуть.")
        case GroupReason.TOO_MANY:
            return _("Групп слишком много: объедините некоторые из них.")
        case GroupReason.NOT_FOUND:
            return _("Такой группы нет в вашем кабинете.")
        case _:
            return _("Не получилось. Обновите страницу и попробуйте ещё раз.")

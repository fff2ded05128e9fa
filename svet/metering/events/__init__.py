"""What people are told of readings, meters and reading windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.metering.events.acts import OFFICE_ACT
from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _reading_accepted(p: Params) -> Words:
    return Words(
        title=_("Показания переданы"),
        text=_("Аб. № %(account)s: %(values)s. Номер квитанции %(receipt)s.") % p,
        sms=_("Показания приняты: %(values)s. Аб. № %(account)s") % p,
        action=_("Посмотреть в истории"),
    )


def _reading_refused(p: Params) -> Words:
    return Words(
        title=_("Показания не приняты"),
        text=_("Аб. № %(account)s: %(reason)s") % p,
        sms=_("Показания по аб. № %(account)s не приняты. Причина в кабинете") % p,
        action=_("Передать показания ещё раз"),
    )


def _corrected(p: Params) -> Words:
    """The staff wrote down other values than were sent."""
    return Words(
        title=_("Показания исправлены"),
        text=_("Аб. № %(account)s: вместо %(before)s приняли %(values)s. %(reason)s") % p,
        sms=_("Показания исправлены: %(values)s. Аб. № %(account)s") % p,
        action=_("Посмотреть показания"),
    )


def _control(p: Params) -> Words:
    """The company read the meter itself."""
    return Words(
        title=_("Контрольные показания"),
        text=_(
            "Аб. № %(account)s: %(on)s сняли контрольные показания, %(values)s. Если не согласны, возразите "
            "в кабинете до %(until)s."
        )
        % p,
        sms=_("Контрольные показания: %(values)s. Аб. № %(account)s") % p,
        action=_("Посмотреть и сравнить"),
    )


def _dispute_answered(p: Params) -> Words:
    """The staff answered an objection."""
    return Words(
        title=_("Ответ на ваше возражение"),
        text=_("Аб. № %(account)s: %(answer)s") % p,
        sms=_("Ответ на возражение по аб. № %(account)s ждёт в кабинете") % p,
        action=_("Прочитать ответ"),
    )


def _sms_answer(p: Params) -> Words:
    """The room that read the text has written the answer; it goes back the way the text came."""
    return Words(title=_("Ответ на СМС с показаниями"), text=p["answer"], sms=p["answer"])


def _verification_near(p: Params) -> Words:
    if "lapsed" in p:
        return Words(
            title=_("Срок поверки счётчика прошёл"),
            text=_(
                "Срок поверки счётчика № %(serial)s (аб. № %(account)s) прошёл %(on)s. Показания "
                "принимаются, но поверку или замену пора заказать: %(hotline)s."
            )
            % p,
            sms=_("Поверка счётчика № %(serial)s просрочена с %(on)s. %(hotline)s") % p,
            action=_("Посмотреть счётчик"),
        )
    return Words(
        title=_("Пора готовиться к поверке счётчика"),
        text=_(
            "У счётчика № %(serial)s (аб. № %(account)s) срок поверки — %(on)s. "
            "Как её заказать, подскажут по телефону %(hotline)s."
        )
        % p,
        sms=_("Поверка счётчика № %(serial)s — до %(on)s. %(hotline)s") % p,
        action=_("Посмотреть счётчик"),
    )


def _meter_replaced(p: Params) -> Words:
    """One meter went, another came."""
    return Words(
        title=_("Прибор учёта заменён"),
        text=_(
            "Аб. № %(account)s: прибор № %(before)s снят %(on)s, установлен № %(serial)s. "
            "Последние показания старого и первые показания нового — в «Истории»."
        )
        % p,
        sms=_("Аб. № %(account)s: счётчик заменён %(on)s, новый № %(serial)s") % p,
        action=_("Посмотреть прибор учёта"),
    )


def _window_open(p: Params) -> Words:
    return Words(
        title=_("Пора передать показания"),
        text=_("Принимаем показания до %(until)s: они войдут в ближайший счёт.") % p,
        sms=_("Передайте показания счётчика до %(until)s") % p,
        action=_("Передать показания"),
    )


def _window_closing(p: Params) -> Words:
    return Words(
        title=_("Показания ещё не переданы"),
        text=_("Приём показаний заканчивается %(until)s. Без них счёт рассчитают по среднему.") % p,
        sms=_("Показания ещё не переданы, принимаем до %(until)s") % p,
        action=_("Передать показания"),
    )


READING_ACCEPTED: Final = EventSpec(
    code="reading_accepted",
    name=gettext_lazy("Показания приняты"),
    words=_reading_accepted,
    needs={"account", "values", "receipt"},
    places={"reading-receipt"},
    icon="meter",
    row=30,
    usual=(NoticeChannel.BELL,),
    quiet=True,
)

READING_REFUSED: Final = EventSpec(
    code="reading_refused",
    name=gettext_lazy("Показания не приняты"),
    words=_reading_refused,
    needs={"account", "reason"},
    places={"reading-receipt", "readings"},
    icon="warning",
    row=40,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL, NoticeChannel.SMS),
)

READING_CORRECTED: Final = EventSpec(
    code="reading_corrected",
    name=gettext_lazy("Показания исправлены компанией"),
    words=_corrected,
    needs={"account", "before", "values", "reason"},
    places={"reading-receipt"},
    icon="warning",
    row=60,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL, NoticeChannel.SMS),
)

CONTROL_READING: Final = EventSpec(
    code="control_reading",
    name=gettext_lazy("Контрольные показания"),
    words=_control,
    needs={"account", "values", "on", "until"},
    places={"reading-receipt"},
    icon="eye",
    row=70,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

DISPUTE_ANSWERED: Final = EventSpec(
    code="dispute_answered",
    name=gettext_lazy("Ответ на возражение"),
    words=_dispute_answered,
    needs={"account", "answer"},
    places={"reading-receipt"},
    icon="eye",
    row=80,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

SMS_ANSWER: Final = EventSpec(
    code="sms_answer",
    name=gettext_lazy("Ответ на СМС с показаниями"),
    words=_sms_answer,
    needs={"answer"},
    obligatory=(NoticeChannel.SMS,),
)

VERIFICATION_NEAR: Final = EventSpec(
    code="verification_near",
    name=gettext_lazy("Скоро поверка счётчика"),
    words=_verification_near,
    needs={"account", "serial", "on"},
    places={"account"},
    icon="meter",
    row=150,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

METER_REPLACED: Final = EventSpec(
    code="meter_replaced",
    name=gettext_lazy("Прибор учёта заменён"),
    words=_meter_replaced,
    needs={"account", "before", "serial", "on"},
    places={"account"},
    icon="meter",
    row=160,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

WINDOW_OPEN: Final = EventSpec(
    code="window_open",
    name=gettext_lazy("Начался приём показаний"),
    words=_window_open,
    needs={"until"},
    places={"readings"},
    icon="meter",
    row=170,
    usual=(NoticeChannel.BELL,),
)

WINDOW_CLOSING: Final = EventSpec(
    code="window_closing",
    name=gettext_lazy("Приём показаний заканчивается"),
    words=_window_closing,
    needs={"until"},
    places={"readings"},
    icon="clock",
    row=180,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.SMS),
)

EVENTS: Final = (
    READING_ACCEPTED,
    READING_REFUSED,
    READING_CORRECTED,
    CONTROL_READING,
    DISPUTE_ANSWERED,
    SMS_ANSWER,
    VERIFICATION_NEAR,
    METER_REPLACED,
    OFFICE_ACT,
    WINDOW_OPEN,
    WINDOW_CLOSING,
)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "absence.begun": gettext_lazy("Записан отъезд"),
    "absence.ended": gettext_lazy("Отъезд закончен"),
    "absence.over": gettext_lazy("Отъезд закончился"),
    "act.ended": gettext_lazy("Акт закончен"),
    "act.signed": gettext_lazy("Акт подписан вторым сотрудником"),
    "act.withdrawn": gettext_lazy("Акт отозван"),
    "act.written": gettext_lazy("Записан акт"),
    "dispute.checking": gettext_lazy("Возражение взято на проверку"),
    "dispute.declined": gettext_lazy("Возражение отклонено"),
    "dispute.open": gettext_lazy("Возражение на контрольные показания"),
    "dispute.upheld": gettext_lazy("Возражение принято"),
    "dispute.withdrawn": gettext_lazy("Возражение отозвано"),
    "meter.removed": gettext_lazy("Прибор учёта снят"),
    "meter.replaced": gettext_lazy("Прибор учёта заменён"),
    "meters.installed": gettext_lazy("Прибор учёта установлен"),
    "quick.wrong_pair": gettext_lazy("Показания без входа: номера не подошли"),
    "readings.batch": gettext_lazy("Показания из реестра"),
    "readings.controlled": gettext_lazy("Контрольные показания"),
    "readings.photo_added": gettext_lazy("Добавлено фото"),
    "readings.reviewed": gettext_lazy("Показания проверены"),
    "readings.submitted": gettext_lazy("Показания переданы"),
    "readings.texted": gettext_lazy("Показания переданы по SMS"),
    "readings.withdrawn": gettext_lazy("Показания отозваны"),
}

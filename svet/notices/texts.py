"""The words of every event: the line under the bell, the SMS, the letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from svet.notices import account_texts, reading_texts, safety_texts
from svet.notices.rules import Event, NoticeChannel
from svet.notices.words import ONE_PART, Params, Words, code_act, web_host


def words(*, event: Event, params: Params, brand: str, hotline: str) -> Words:
    """The words of ``event`` in the active language. :raises KeyError: a value of the text is missing."""
    return _WRITERS[event]({"brand": brand, "hotline": hotline, **params})


def _code(p: Params) -> Words:
    return Words(
        title=_("Код подтверждения"),
        text=_("Код %(code)s действует пять минут. Никому его не сообщайте.") % p,
        sms=_code_sms(p),
        code=p["code"],
    )


def _code_sms(p: Params) -> str:
    """The code and what it opens, in one part; browsers fill it in by the last line where that still fits.

    The line is that of WebOTP: it binds the code to the site, so a copy of the site is not offered it. The
    site's own name then stands for the company's.
    """
    values = {**p, "act": code_act(p.get("act", ""))}
    host = web_host()
    if host:
        bound = f"\n@{host} #{p['code']}"
        for text in (_("%(code)s — код: %(act)s. Никому не сообщайте"), _("%(code)s — %(act)s. Никому!")):
            if len(text % values + bound) <= ONE_PART:
                return text % values + bound
    return _("%(code)s — код: %(act)s, %(brand)s. Никому не сообщайте") % values


def _email_code(p: Params) -> Words:
    return Words(
        title=_("Код для подтверждения почты"),
        text=_("Код %(code)s действует пять минут.") % p,
        paragraphs=(
            _("Введите этот код на странице, с которой вы его запросили. Он действует пять минут."),
            _("Если вы ничего не запрашивали, просто удалите это письмо: без кода адрес не подключат."),
        ),
        code=p["code"],
    )


def _somebody_registers(p: Params) -> Words:
    return Words(
        title=_("Вы уже зарегистрированы"),
        text=_("Этот номер уже есть в личном кабинете. Если забыли пароль, нажмите «Вспомнить пароль»."),
        sms=_("Этот номер уже в кабинете. Забыли пароль? Есть «Вспомнить пароль»"),
    )


def _account_linked(p: Params) -> Words:
    if "own" in p:
        return account_texts.linked_by_oneself(p)
    return Words(
        title=_("Лицевой счёт добавлен в личный кабинет"),
        text=_(
            "Аб. № %(account)s добавлен в личный кабинет. Если это сделали не вы и не ваши близкие, откройте "
            "лицевой счёт и нажмите «Это не я» или позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Аб. № %(account)s добавлен в кабинет. Это не вы? Звоните %(hotline)s") % p,
        action=_("Посмотреть лицевой счёт"),
    )


def _invited(p: Params) -> Words:
    # It goes to a phone, perhaps without a cabinet: it names neither the account nor who invites.
    return Words(
        title=_("Вас приглашают к лицевому счёту"),
        text=_("Откройте приглашение: %(link)s") % p,
        sms=_("%(brand)s: вам открыли счёт, %(link)s") % p,
    )


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


def _reading_used(p: Params) -> Words:
    return Words(
        title=_("Показания вошли в счёт"),
        text=_("Счёт по аб. № %(account)s за %(period)s рассчитан по вашим показаниям.") % p,
        sms=_("Ваши показания вошли в счёт за %(period)s, аб. № %(account)s") % p,
        action=_("Посмотреть счёт"),
    )


def _bill_ready(p: Params) -> Words:
    # Notices of earlier versions lack the state: they were all of something to be paid.
    state = p.get("state", "due")
    if state in ("over", "even"):
        return _nothing_to_pay(p, over=state == "over")
    late = state == "overdue"
    return Words(
        title=_("Счёт за %(period)s готов") % p,
        text=(
            _("Аб. № %(account)s: к оплате %(total)s, срок прошёл %(due)s.")
            if late
            else _("Аб. № %(account)s: к оплате %(total)s до %(due)s.")
        )
        % p,
        sms=(
            _("Счёт за %(period)s: %(total)s, срок прошёл %(due)s. Аб. № %(account)s")
            if late
            else _("Счёт за %(period)s: %(total)s до %(due)s. Аб. № %(account)s")
        )
        % p,
        paragraphs=(
            (
                _("По аб. № %(account)s за %(period)s к оплате %(total)s. Срок оплаты прошёл %(due)s.")
                if late
                else _(
                    "По аб. № %(account)s за %(period)s к оплате %(total)s. Оплатите, пожалуйста, до %(due)s."
                )
            )
            % p,
            _("Без комиссии это можно сделать в личном кабинете; там же видно, из чего сложилась сумма."),
        ),
        action=_("Посмотреть и оплатить"),
    )


def _nothing_to_pay(p: Params, *, over: bool) -> Words:
    """A bill of an account that owes nothing: nobody is asked for 0,00 ₽."""
    said = _("Переплата %(over)s, платить не нужно") % p if over else _("платить не нужно")
    values = {**p, "said": said}
    return Words(
        title=_("Счёт за %(period)s готов") % p,
        text=_("Аб. № %(account)s: %(said)s.") % values,
        sms=_("Счёт за %(period)s: %(said)s. Аб. № %(account)s") % values,
        paragraphs=(
            _("По аб. № %(account)s за %(period)s: %(said)s.") % values,
            _("Из чего сложилась сумма, видно в личном кабинете."),
        ),
        action=_("Посмотреть счёт"),
    )


def _due_near(p: Params) -> Words:
    return Words(
        title=_("Скоро срок оплаты"),
        text=_("Аб. № %(account)s: к оплате %(total)s до %(due)s.") % p,
        sms=_("К оплате %(total)s до %(due)s. Аб. № %(account)s") % p,
        action=_("Оплатить"),
    )


def _payment_credited(p: Params) -> Words:
    return Words(
        title=_("Платёж проведён"),
        text=_("Платёж %(order)s на %(total)s зачислен.") % p,
        sms=_("Платёж %(order)s зачислен: %(total)s") % p,
        action=_("Посмотреть платёж"),
    )


def _payment_failed(p: Params) -> Words:
    return Words(
        title=_("Платёж не прошёл"),
        text=_("Платёж %(order)s на %(total)s банк не провёл. Деньги не списаны; можно попробовать ещё раз.")
        % p,
        sms=_("Платёж %(order)s на %(total)s не прошёл, деньги не списаны") % p,
        action=_("Оплатить ещё раз"),
    )


def _payment_refunded(p: Params) -> Words:
    return Words(
        title=_("Деньги возвращены"),
        text=_("По платежу %(order)s банк вернул %(total)s. Баланс в кабинете это уже учитывает.") % p,
        sms=_("По платежу %(order)s возвращено %(total)s") % p,
        action=_("Посмотреть платёж"),
    )


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


def _receipt(p: Params) -> Words:
    return Words(
        title=_("Квитанция об оплате %(order)s") % p,
        text=_("Платёж %(order)s на %(total)s зачислен %(at)s.") % p,
        paragraphs=(
            _("Спасибо! Платёж %(order)s на %(total)s зачислен %(at)s.") % p,
            p["lines"],
            _("Комиссии нет. Сохраните это письмо: оно подтверждает оплату."),
        ),
        action=_("Посмотреть платёж"),
    )


def _push_on(p: Params) -> Words:
    return Words(
        title=_("Уведомления включены"),
        text=_("Счета, сроки и новости о показаниях будут появляться на этом устройстве."),
    )


def _appeal_answered(p: Params) -> Words:
    return Words(
        title=_("Ответ на обращение %(number)s") % p,
        text=p["answer"],
        sms=_("На обращение %(number)s пришёл ответ, он в кабинете") % p,
        action=_("Прочитать ответ"),
    )


_WRITERS: Mapping[Event, Callable[[Params], Words]] = {
    Event.CODE: _code,
    Event.SOMEBODY_REGISTERS: _somebody_registers,
    Event.ACCOUNT_LINKED: _account_linked,
    Event.ACCESS_CHANGED: account_texts.access_changed,
    Event.INVITED: _invited,
    Event.READING_ACCEPTED: _reading_accepted,
    Event.READING_REFUSED: _reading_refused,
    Event.READING_USED: _reading_used,
    Event.READING_CORRECTED: reading_texts.corrected,
    Event.SMS_ANSWER: reading_texts.sms_answer,
    Event.CONTROL_READING: reading_texts.control,
    Event.DISPUTE_ANSWERED: reading_texts.dispute_answered,
    Event.APPEAL_ANSWERED: _appeal_answered,
    Event.BILL_READY: _bill_ready,
    Event.DUE_NEAR: _due_near,
    Event.PAYMENT_CREDITED: _payment_credited,
    Event.PAYMENT_FAILED: _payment_failed,
    Event.PAYMENT_REFUNDED: _payment_refunded,
    Event.VERIFICATION_NEAR: _verification_near,
    Event.METER_REPLACED: account_texts.meter_replaced,
    Event.WINDOW_OPEN: _window_open,
    Event.WINDOW_CLOSING: _window_closing,
    Event.NEW_DEVICE: safety_texts.new_device,
    Event.PASSWORD_CHANGED: safety_texts.password_changed,
    Event.CONTACT_CHANGED: safety_texts.contact_changed,
    Event.SECOND_FACTOR: safety_texts.second_factor,
    Event.TOKEN_ISSUED: safety_texts.token_issued,
    Event.TOKEN_EXPIRES: safety_texts.token_expires,
    Event.OFFICE_ASKED: safety_texts.office_asked,
    Event.FAREWELL: safety_texts.account_deleted,
    Event.EMAIL_CODE: _email_code,
    Event.PUSH_ON: _push_on,
    Event.RECEIPT: _receipt,
}


def event_name(event: Event) -> str:
    """The row's label in «Настройки уведомлений»."""
    return {
        Event.ACCOUNT_LINKED: _("Лицевой счёт добавлен в кабинет"),
        Event.ACCESS_CHANGED: _("Изменён доступ к лицевому счёту"),
        Event.READING_ACCEPTED: _("Показания приняты"),
        Event.READING_REFUSED: _("Показания не приняты"),
        Event.READING_USED: _("Показания вошли в счёт"),
        Event.READING_CORRECTED: _("Показания исправлены компанией"),
        Event.CONTROL_READING: _("Контрольные показания"),
        Event.DISPUTE_ANSWERED: _("Ответ на возражение"),
        Event.APPEAL_ANSWERED: _("Ответ на обращение"),
        Event.BILL_READY: _("Счёт готов"),
        Event.DUE_NEAR: _("Скоро срок оплаты"),
        Event.PAYMENT_CREDITED: _("Платёж проведён"),
        Event.PAYMENT_FAILED: _("Платёж не прошёл"),
        Event.PAYMENT_REFUNDED: _("Платёж возвращён"),
        Event.VERIFICATION_NEAR: _("Скоро поверка счётчика"),
        Event.METER_REPLACED: _("Прибор учёта заменён"),
        Event.WINDOW_OPEN: _("Начался приём показаний"),
        Event.WINDOW_CLOSING: _("Приём показаний заканчивается"),
        Event.NEW_DEVICE: _("Вход с нового устройства"),
        Event.PASSWORD_CHANGED: _("Пароль изменён"),
        Event.CONTACT_CHANGED: _("Изменены телефон или почта"),
        Event.SECOND_FACTOR: _("Изменён второй шаг входа"),
        Event.OFFICE_ASKED: _("Подана заявка в офис"),
        Event.TOKEN_ISSUED: _("Создан ключ для программы"),
        Event.TOKEN_EXPIRES: _("Ключ для программы скоро перестанет действовать"),
    }.get(event, "")


def channel_name(channel: NoticeChannel) -> str:
    """The column's label in «Настройки уведомлений»."""
    return {
        NoticeChannel.BELL: _("В кабинете"),
        NoticeChannel.EMAIL: _("E-mail"),
        NoticeChannel.SMS: _("SMS"),
        NoticeChannel.PUSH: _("На устройстве"),
    }[channel]

"""What is said of autopay: states, causes, terms, refusals."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.autopay.rules import (
    PROMISED,
    RESTORED,
    AgreementCause,
    AgreementState,
    AutopayReason,
    AutopayTerms,
    TurnState,
    TurnView,
)
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles
from svet.payments.texts import bank_reason

REASONS: Final = (AutopayReason,)


def explain(refusal: Refused) -> str:
    """The sentence for a refusal."""
    match refusal.reason:
        case AutopayReason.NOT_FOUND:
            return _("Такого автоплатежа нет.")
        case AutopayReason.ACCOUNT:
            return _("Выберите счёт, за который вы можете платить.")
        case AutopayReason.NO_BILLS:
            return _("Этот поставщик сам присылает квитанции: автоплатежа по его счёту нет.")
        case AutopayReason.CLOSED:
            return _("Этот счёт закрыт: платить за него больше нечего.")
        case AutopayReason.TAKEN:
            return _("За этот счёт автоплатёж уже включил другой человек, а двух сразу не бывает.")
        case AutopayReason.WHEN:
            return _("Выберите, когда списывать: в день месяца или после счёта.")
        case AutopayReason.DAY:
            return _("День месяца: от 1 до %(max)s, такой есть в каждом месяце.") % refusal.details
        case AutopayReason.DAYS:
            return _("Через сколько дней после счёта: от 1 до %(max)s.") % refusal.details
        case AutopayReason.MOVED:
            return _("За это время всё изменилось. Посмотрите, что с автоплатежом сейчас.")
        case AutopayReason.STALE:
            return _("Эти условия вы выбирали раньше, чем сутки назад, или уже отказались. Выберите заново.")
        case AutopayReason.BEGUN:
            return _("Это списание уже началось, пропустить его нельзя. Деньги за лишнее вернём по заявке.")
        case AutopayReason.OVER:
            return _("Этого списания уже не будет: пропускать нечего.")
    return ""


def beside_button(left: Money, *, on: date, turn: TurnView | None) -> str:
    """What stands beside a button that pays the debt autopay is about to charge; empty: nothing to charge."""
    values = {"sum": roubles(left), "on": day(on)}
    if not left:
        return ""
    if turn is not None and turn.state is TurnState.CHARGING:
        return (
            _("Автоплатёж сейчас списывает %(sum)s: дождитесь ответа банка, чтобы не заплатить дважды.")
            % values
        )
    return _("%(on)s автоплатёж спишет %(sum)s. Если заплатить раньше, он возьмёт только остаток.") % values


def paused_beside() -> str:
    """What stands there while autopay of the debt stands still."""
    return _("Автоплатёж на паузе: сам он ничего не спишет.")


def next_words(*, money: Money, left: Money, told: bool) -> str:
    """What is charged next, after its day: as was told, or by the debt of now."""
    if not left:
        return _("но сейчас платить нечего: останется так, ничего не спишем")
    values = {"sum": roubles(money), "left": roubles(left)}
    if told and left < money:
        return _("сейчас это %(left)s, не больше %(sum)s") % values
    if told:
        return _("не больше %(sum)s") % values
    return _("сейчас это %(sum)s; предупредим за сутки") % values


def state_name(state: AgreementState) -> str:
    """«включён»."""
    match state:
        case AgreementState.OFFERED:
            return _("ждёт вашего «да»")
        case AgreementState.ACTIVE:
            return _("включён")
        case AgreementState.PAUSED:
            return _("на паузе")
        case AgreementState.ENDED:
            return _("выключен")


def cause_note(state: AgreementState, cause: AgreementCause | None, *, sbp: bool = False) -> str:
    """«Подробно» of a state: what it means, why, and what to do; empty when there is nothing to add.

    ``sbp``: an account of СБП is charged, and no card.
    """
    if sbp and (said := _of_account(state, cause)):
        return said
    match state, cause:
        case AgreementState.OFFERED, _other:
            return _("Пока вы не нажали «Включить», ничего не списываем.")
        case AgreementState.ACTIVE, _other:
            return _(
                "За сутки до списания сообщим сумму, день и чем платим. Списание можно пропустить одной "
                "кнопкой."
            )
        case AgreementState.PAUSED, AgreementCause.RECOVERED:
            return _(
                "Пароль восстановили по СМС. Чтобы укравший телефон не снял денег, автоплатёж остановлен, "
                "пока вы не включите его сами: это можно сделать через сутки после восстановления."
            )
        case AgreementState.PAUSED, AgreementCause.DECLINED:
            return _(
                "Банк не разрешает списывать с этой карты без вас. Заплатите на странице «Оплата»; автоплатёж"
                " можно включить снова или выбрать другую карту."
            )
        case AgreementState.PAUSED, AgreementCause.CARD_UNFIT:
            return _("Банк поставщика теперь не списывает с этой карты без вас. Выберите другую карту.")
        case AgreementState.PAUSED, AgreementCause.DISPUTED:
            return _(
                "Деньги за прошлое списание вы оспорили в банке, поэтому автоплатёж стоит. Если хотите, чтобы"
                " он списывал с этой карты и дальше, включите его сами."
            )
        case AgreementState.PAUSED, _other:
            return _(
                "Вы поставили автоплатёж на паузу: не предупреждаем и не списываем, пока не включите снова."
            )
        case AgreementState.ENDED, AgreementCause.CARD_GONE:
            return _("Карта отвязана, поэтому автоплатёж по ней закончился.")
        case AgreementState.ENDED, AgreementCause.RIGHT_GONE:
            return _("Вы больше не можете платить за этот счёт, поэтому автоплатёж закончился.")
        case AgreementState.ENDED, AgreementCause.ACCOUNT_CLOSED:
            return _("Счёт закрыт, поэтому автоплатёж закончился.")
        case AgreementState.ENDED, AgreementCause.REPLACED:
            return _("Вы выбрали другие условия: вместо этого автоплатежа действует новый.")
        case AgreementState.ENDED, AgreementCause.UNCONFIRMED:
            return _("Вы не нажали «Включить» за сутки.")
        case _other:
            return _("Вы выключили автоплатёж.")


def _of_account(state: AgreementState, cause: AgreementCause | None) -> str:
    """What is said otherwise of an account of СБП than of a card."""
    match state, cause:
        case AgreementState.PAUSED, AgreementCause.DECLINED:
            return _(
                "Банк не разрешает списывать с этого счёта СБП без вас. Заплатите на странице «Оплата»; "
                "автоплатёж можно включить снова или выбрать другой способ оплаты."
            )
        case AgreementState.PAUSED, AgreementCause.CARD_UNFIT:
            return _("Банк поставщика теперь не списывает с этого счёта СБП без вас. Выберите другое.")
        case AgreementState.PAUSED, AgreementCause.DISPUTED:
            return _(
                "Деньги за прошлое списание вы оспорили в банке, поэтому автоплатёж стоит. Если хотите, чтобы"
                " он списывал с этого счёта СБП и дальше, включите его сами."
            )
        case AgreementState.ENDED, AgreementCause.CARD_GONE:
            return _("Счёт СБП отвязан, поэтому автоплатёж по нему закончился.")
        case _other:
            return ""


def state_word(value: str) -> str:
    """The name of a state that a row holds."""
    return state_name(AgreementState(value))


def stopped_note(*, ended: bool, cause: str, sbp: bool) -> str:
    """Why an agreement stands still, by the code of its cause."""
    state = AgreementState.ENDED if ended else AgreementState.PAUSED
    return cause_note(state, AgreementCause(cause), sbp=sbp)


def terms_line(terms: AutopayTerms) -> str:
    """«Весь долг, 7-го числа»."""
    limit = terms.ceiling
    what = _("вся сумма к оплате") if limit is None else _("не больше %(sum)s") % {"sum": roubles(limit)}
    return _("%(what)s, %(when)s") % {"what": what, "when": when_line(terms)}


def when_line(terms: AutopayTerms) -> str:
    """«7-го числа», «через 5 дней после счёта»."""
    if terms.day_of_month is not None:
        return _("%(day)s-го числа каждого месяца") % {"day": terms.day_of_month}
    days = terms.days_after_bill or 0
    return ngettext("через %(days)d день после счёта", "через %(days)d дней после счёта", days) % {
        "days": days
    }


def turn_line(turn: TurnView) -> str:
    """What became of one month, in a sentence."""
    values = {"sum": roubles(turn.told), "on": day(turn.on)}
    match turn.state:
        case TurnState.TOLD:
            return _("%(on)s спишем не больше %(sum)s.") % values
        case TurnState.CHARGING:
            return _("Списываем %(sum)s, ждём банк.") % values
        case TurnState.AGAIN if turn.reason:
            return _("Не вышло: %(reason)s Попробуем ещё раз %(on)s, не больше %(sum)s.") % (
                values | {"reason": bank_reason(turn.reason)}
            )
        case TurnState.AGAIN:
            return _("Ждём, чем кончится другой платёж за этот счёт; потом спишем остаток.")
        case TurnState.PAID:
            return _("Списано %(sum)s.") % {"sum": roubles(turn.charged)}
        case TurnState.NOTHING:
            return _("К этому дню всё было оплачено: ничего не списали.")
        case TurnState.SKIPPED:
            return _("Вы пропустили это списание.")
        case TurnState.FAILED if turn.reason == "returned":
            return _("Деньги списаны и возвращены.")
        case TurnState.FAILED:
            return _("Списать не удалось: %(reason)s Заплатите на странице «Оплата».") % {
                "reason": bank_reason(turn.reason)
            }
        case TurnState.STOPPED if turn.reason == RESTORED:
            return _(
                "Не списали: сервис восстанавливали из копии, и деньги могли уже уйти. Этот месяц автоплатёж "
                "больше не спишет: посмотрите, сколько осталось, и заплатите сами."
            )
        case TurnState.STOPPED if turn.reason == PROMISED:
            return _("Ждём: вы обещали заплатить позже или попросили рассрочку. Предупредим заново.")
        case TurnState.STOPPED if turn.again:
            return _("Не списывали: автоплатёж стоял или день прошёл. Перед списанием предупредим заново.")
        case TurnState.STOPPED:
            return _("Не списывали: автоплатёж стоял или день прошёл.")

"""What people are told when they must wait."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReason, WorkNeeded
from svet.limits.rules import LimitName, wait_in_minutes

#: Every reason of this room that has a sentence.
REASONS: Final = (LimitReason,)

#: For the staff: what somebody at this limit cannot do. A limit without words is shown by its name.
MEANINGS: dict[LimitName, str | Promise] = {
    LimitName.CODES_PER_PHONE_HOUR: gettext_lazy("Коды на этот телефон: не больше трёх в час и с паузами"),
    LimitName.CODES_PER_PHONE_DAY: gettext_lazy("Коды на этот телефон: пять за сутки уже отправлены"),
    LimitName.CODES_PER_NETWORK: gettext_lazy("Из этой сети много кодов: браузеры сначала считают задачу"),
    LimitName.SMS_PER_INSTALLATION: gettext_lazy(
        "Суточный запас СМС исчерпан: коды уходят только в знакомые браузеры"
    ),
    LimitName.CODE_TRIES_EVERYWHERE: gettext_lazy(
        "Слишком много неверных кодов: перед каждым браузер считает задачу"
    ),
    LimitName.SIGN_IN_PER_PHONE: gettext_lazy("Вход с незнакомых устройств: много неверных паролей"),
    LimitName.SIGN_IN_PER_DEVICE: gettext_lazy("Вход с этого устройства: много неверных паролей"),
    LimitName.SIGN_IN_PER_NETWORK: gettext_lazy("Из этой сети много входов: браузеры сначала считают задачу"),
    LimitName.PASSWORD_CHECKS: gettext_lazy("В профиле много раз введён неверный текущий пароль"),
    LimitName.SECOND_FACTOR: gettext_lazy("Второй фактор: пять неверных кодов подряд"),
    LimitName.RECOVERY_PER_PHONE: gettext_lazy("«Вспомнить пароль»: пять раз за сутки"),
    LimitName.PINGS_PER_PERSON: gettext_lazy("Пробные и повторные сообщения программам: тридцать в час"),
    LimitName.COPIES_PER_PERSON: gettext_lazy("«Мои данные»: десять копий в час"),
    LimitName.EMAIL_CODES: gettext_lazy("Коды на почту: не больше пяти в час и с паузами"),
    LimitName.LINKING_PER_PERSON: gettext_lazy("«Добавить абонента»: пять попыток в час"),
    LimitName.LINKING_WRONG_PER_ACCOUNT: gettext_lazy(
        "К этому счёту подбирают номер прибора; телефон из договора добавит его и сейчас"
    ),
    LimitName.LINKING_WRONG_EVERYWHERE: gettext_lazy("Номера приборов подбирают к многим счетам сразу"),
    LimitName.INVITATIONS_PER_PERSON: gettext_lazy("Приглашения близких: десять за сутки"),
    LimitName.INVITATIONS_PER_PHONE: gettext_lazy("Приглашения на этот телефон: три за сутки"),
    LimitName.QUICK_PER_ACCOUNT: gettext_lazy("Показания без входа на этот счёт: десять за сутки"),
    LimitName.QUICK_PER_NETWORK: gettext_lazy("Показания без входа из этой сети: слишком много"),
    LimitName.CHECKS_PER_NETWORK: gettext_lazy("Проверки справок из этой сети: слишком много"),
    LimitName.READINGS_PER_METER: gettext_lazy("Показания этого прибора: двадцать за сутки"),
    LimitName.ORDERS_PER_PERSON: gettext_lazy("Платежи: десять в час"),
    LimitName.BINDINGS_PER_PERSON: gettext_lazy("Привязки счёта СБП: десять за сутки"),
    LimitName.PHOTOS_PER_PERSON: gettext_lazy("Фото: слишком много за сутки"),
    LimitName.WALK_INS_PER_MEMBER: gettext_lazy("Заявления у окна: сотрудник принял тридцать за сутки"),
    LimitName.LOOKS_PER_MEMBER: gettext_lazy("Кабинеты глазами клиентов: сотрудник открыл двадцать за час"),
    LimitName.PROVIDER_PER_NETWORK: gettext_lazy("Вход сотрудников через службу входа: слишком часто"),
    LimitName.BROWSERS_PER_PERSON: gettext_lazy("Уведомления в браузере включают слишком часто"),
    LimitName.MESSENGERS_PER_PERSON: gettext_lazy("Ссылки для мессенджера: десять в час"),
    LimitName.ANSWERS_PER_MESSENGER: gettext_lazy("Боту пишут слишком часто: он не отвечает"),
    LimitName.ACTS_PER_MESSENGER: gettext_lazy("Боту пишут без остановки: он не слушает"),
    LimitName.ENTRANCE_EVERYWHERE: gettext_lazy("Вход осаждают отовсюду: браузеры сначала считают задачу"),
    LimitName.WAITED_PER_NETWORK: gettext_lazy("Сеть без вычислений: слишком много входов через ожидание"),
    LimitName.API_PER_TOKEN: gettext_lazy("Программа с этим ключом спрашивает слишком часто"),
    LimitName.API_PER_NETWORK: gettext_lazy("Из этой сети слишком много обращений к API"),
}


def explain(refusal: Refused) -> str:
    """The sentence for ``LimitReached``: how long to wait."""
    if isinstance(refusal, WorkNeeded):
        return gettext("Форма пока не отправлена: дождитесь конца проверки и отправьте её ещё раз.")
    minutes = wait_in_minutes(float(str(refusal.details.get("retry_after", 60))))
    return ngettext(
        "Слишком много попыток. Подождите %(minutes)d минуту и попробуйте снова.",
        "Слишком много попыток. Подождите %(minutes)d минут и попробуйте снова.",
        minutes,
    ) % {"minutes": minutes}

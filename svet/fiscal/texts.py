"""What is said of receipts and tills."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from svet.fiscal.rules.again import AgainAs
from svet.fiscal.rules.corrections import CorrectionBasis
from svet.fiscal.rules.refusals import CashboxReason, CorrectionReason, ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.kernel.refusals import Refused
from svet.kernel.services import Service
from svet.look.services import service_name

REASONS: Final = (CashboxReason, CorrectionReason, ReceiptReason)


#: Supplied what, an advance for what, a fee for limiting what: as receipts name it.
_NAMES: Final = {
    Service.ELECTRICITY: ("Электроэнергия", "электроэнергию", "электроэнергии"),
    Service.COLD_WATER: ("Холодное водоснабжение", "холодное водоснабжение", "холодной воды"),
    Service.HOT_WATER: ("Горячее водоснабжение", "горячее водоснабжение", "горячей воды"),
    Service.HEAT: ("Отопление", "отопление", "тепла"),
    Service.GAS: ("Газоснабжение", "газоснабжение", "газа"),
    Service.WASTE: ("Обращение с отходами", "обращение с отходами", "услуги"),
}


def line_name(kind: ReceiptLineKind, account_number: str, service: Service) -> str:
    """A line as the receipt names it: always in Russian, as the law wants it."""
    supplied, paid_for, limited = _NAMES[service]
    match kind:
        case ReceiptLineKind.ADVANCE:
            return f"Аванс за {paid_for}, л/с {account_number}"
        case ReceiptLineKind.FEE:
            return f"Ограничение и возобновление подачи {limited}, л/с {account_number}"
        case ReceiptLineKind.PENALTY:
            return f"Пени за просрочку оплаты, л/с {account_number}"
        case ReceiptLineKind.SETTLEMENT:
            return f"{supplied}, л/с {account_number}"


def kind_word(kind: ReceiptKind, *, corrects: bool = False) -> str:
    """«Кассовый чек»; one that ``corrects`` is a «Чек коррекции»."""
    if corrects:
        return _("Чек коррекции")
    match kind:
        case ReceiptKind.SELL:
            return _("Кассовый чек")
        case ReceiptKind.REFUND:
            return _("Чек возврата")
        case ReceiptKind.OFFSET:
            return _("Чек зачёта аванса")


def basis_word(basis: CorrectionBasis) -> str:
    """On what basis a correction is made."""
    if basis is CorrectionBasis.INSTRUCTION:
        return _("по предписанию налоговой")
    return _("нашли сами")


def line_word(kind: ReceiptLineKind, name: str) -> str:
    """What a line is, for the desk; ``name`` is what the receipt says, in Russian."""
    match kind:
        case ReceiptLineKind.ADVANCE:
            return _("аванс")
        case ReceiptLineKind.FEE:
            return _("работы")
        case ReceiptLineKind.PENALTY:
            return _("пени")
        case ReceiptLineKind.SETTLEMENT:
            # An old receipt keeps the name it was made with.
            known = (each for each, words in _NAMES.items() if name.startswith(words[0]))
            return service_name(next(known, Service.ELECTRICITY)).lower()


def receipt_words(state: ReceiptState, number: str) -> str:
    """What a payer reads of a receipt: it is being made, or has its number."""
    if state is ReceiptState.DONE:
        return _("Чек № %(number)s") % {"number": number}
    if state is ReceiptState.CLOSED:
        return _("Чек оформил бухгалтер поставщика")
    if state is ReceiptState.FAILED:
        return _("Чек задерживается")
    return _("Чек готовится")


def state_word(state: ReceiptState) -> str:
    """Where a receipt stands, for the desk."""
    match state:
        case ReceiptState.PENDING:
            return _("ждёт отправки")
        case ReceiptState.SENT:
            return _("у кассы")
        case ReceiptState.DONE:
            return _("пробит")
        case ReceiptState.FAILED:
            return _("не пробит")
        case ReceiptState.CLOSED:
            return _("закрыт другим документом")


def sent_again(how: AgainAs) -> str:
    """What happens to a receipt that a member sends again."""
    match how:
        case AgainAs.SAME:
            return _("Чек уйдёт в кассу под прежним номером: второго документа не будет.")
        case AgainAs.ANOTHER:
            return _("Чек уйдёт в кассу новым документом.")
        case AgainAs.WAITING:
            return _("Чек уйдёт в кассу, когда будет пробит чек продажи.")


def why(reason: ReceiptReason) -> str:
    """Why a receipt is not further, and what to do."""
    match reason:
        case ReceiptReason.NOT_FOUND:
            return _("Такого чека нет.")
        case ReceiptReason.MOVED:
            return _("Чек уже у кассы или пробит: отправлять заново нечего.")
        case ReceiptReason.VAT:
            return _(
                "На день этого чека ставка НДС неизвестна: обновите программу или спросите бухгалтера. "
                "Со ставкой наугад чек не отправим."
            )
        case ReceiptReason.NO_CASHBOX:
            return _("У поставщика нет онлайн-кассы: добавьте её командой svet cashbox add.")
        case ReceiptReason.NO_CONTACT:
            return _("У плательщика нет ни почты, ни телефона: чек некуда отправить.")
        case ReceiptReason.SILENT:
            return _("Касса не отвечает: отправим сами, как только ответит.")
        case ReceiptReason.REFUSED:
            return _("Касса отказалась принять чек: исправьте то, на что она указывает, и отправьте заново.")
        case ReceiptReason.FAILED:
            return _("Касса приняла чек, но не пробила его.")
        case ReceiptReason.LOST:
            return _("Касса не знает чека, который приняла: отправьте его заново.")
        case ReceiptReason.UNSURE:
            return _("Касса не успела пробить чек, но ещё может: спрашиваем её под тем же номером.")
        case ReceiptReason.SALE_CLOSED:
            return _("Чек продажи закрыт другим документом: решите, пробивать ли этот.")
        case ReceiptReason.CLOSING_DOCUMENT:
            return _("Назовите документ вместо чека: до 40 знаков.")
        case ReceiptReason.CLOSING_REASON:
            return _("Напишите, почему чек закрыт: до 300 знаков.")
        case ReceiptReason.WAITS:
            return _("Ждёт чека продажи: уйдёт, как только тот будет пробит.")
        case ReceiptReason.OTHER_SUM:
            return _("Касса пробила чек на другую сумму: нужен чек коррекции, решает бухгалтер.")
        case ReceiptReason.NUMBER_TAKEN:
            return _("Касса назвала номер, который уже стоит в другом чеке: решает бухгалтер.")
        case ReceiptReason.NOTHING_LEFT:
            return _("Вернули больше, чем есть в чеках этого платежа: решает бухгалтер.")
        case ReceiptReason.DECIDE:
            return _(
                "Спор с банком проигран, деньги ушли плательщику. Нужен ли чек возврата, решает бухгалтер: "
                "отправьте чек в кассу или закройте его документом."
            )
        case ReceiptReason.FAULT:
            return _("Чек не собрать: ошибка программы, подробности в её журнале.")
        case ReceiptReason.ANOTHER:
            return _(
                "Под номером этого чека касса показывает чужой документ: разберитесь с ней, решает бухгалтер."
            )
        case ReceiptReason.TAXATION:
            return _(
                "Продажа пробита по другой системе налогообложения, чем у кассы сейчас: возврат и зачёт "
                "пробивают по прежней. Решает бухгалтер."
            )


def why_not_corrected(reason: CorrectionReason) -> str:
    """Why a correction receipt is not made, and what to do."""
    match reason:
        case CorrectionReason.NOT_HERE:
            return _(
                "Чек коррекции здесь не сделать: чек пробит, уже в кассе или ещё может быть пробит, "
                "либо это не чек продажи."
            )
        case CorrectionReason.LOOK:
            return _("Отметьте, что чека этих денег нет: иначе чеков станет два.")
        case CorrectionReason.NUMBER:
            return _("Номер документа-основания: от 1 до 32 знаков.")
        case CorrectionReason.DAY:
            return _("Введите дату документа-основания.")
        case CorrectionReason.TO_COME:
            return _("Этот день ещё не наступил: у документа-основания другая дата.")
        case CorrectionReason.BEFORE_MONEY:
            return _("В этот день денег ещё не было: документ-основание составляют после оплаты.")
        case CorrectionReason.NOTHING_WAITS:
            return _("Подписывать нечего: чек коррекции никто не записал или он уже подписан.")
        case CorrectionReason.CHANGED:
            return _("Основание изменили, пока вы смотрели: проверьте его и подпишите снова.")
        case CorrectionReason.SAME_HAND:
            return _("Чек коррекции записали вы: подписать должен другой сотрудник.")


def explain(refusal: Refused) -> str:
    """The sentence for a refusal."""
    match refusal.reason:
        case CorrectionReason() as kept:
            return why_not_corrected(kept)
        case ReceiptReason() as reason:
            return why(reason)
        case CashboxReason.CODE:
            return _("Код кассы: от 2 до 20 строчных латинских букв, цифр и дефисов, первой буква.")
        case CashboxReason.TAKEN:
            return _("Касса с таким кодом уже есть.")
        case CashboxReason.UNKNOWN:
            return _("Включённой кассы с таким кодом нет.")
        case CashboxReason.ADDRESS:
            return _("Адрес кассы пишется так: atol+https://ЛОГИН@online.atol.ru/possystem/v5/ГРУППА.")
        case CashboxReason.KEY_IN_ADDRESS:
            return _("Пароль кассы в адресе не пишут: назовите переменную или файл, где он лежит.")
        case CashboxReason.KEY:
            return _("Где лежит пароль кассы: имя переменной окружения или полный путь к файлу.")
        case CashboxReason.KEY_MISSING:
            return _("Пароля кассы нет там, где вы сказали: %(place)s.") % refusal.details
        case CashboxReason.PROVIDER:
            return _("Поставщика с таким кодом у кассы быть не может: его нет.")
        case CashboxReason.SERVED:
            return _("У этого поставщика уже есть касса: сначала выключите её.")
        case CashboxReason.INN:
            return _("У поставщика не записан ИНН: без него чек не пробить.")
        case CashboxReason.EMAIL:
            return _("Адрес отправителя чека: почта поставщика, до 64 знаков.")
        case CashboxReason.PLACE:
            return _("Место расчётов: адрес сайта, на котором платят, начинается с https://.")
    return ""

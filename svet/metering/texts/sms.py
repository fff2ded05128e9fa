"""What is answered to a text message: the same reasons as on the pages, and how to write it better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.services import Service
from svet.look import formats
from svet.metering import texts
from svet.metering.rules import Judgement, ReadingState, Zone
from svet.metering.rules.texting import TextReason

_EXAMPLES = {Zone.DAY: "Д", Zone.NIGHT: "Н", Zone.PEAK: "П", Zone.SEMIPEAK: "ПП"}


def explain(refusal: Refused) -> str:
    """Why the text was not taken, and what to send instead."""
    match refusal.reason:
        case TextReason.NO_ACCOUNT:
            return _with_accounts(
                refusal,
                _("Не нашли такой счёт. Начните с последних цифр номера абонента: %(accounts)s."),
                _("Не нашли такой счёт. Начните с последних цифр номера абонента."),
            )
        case TextReason.WHICH:
            return _with_accounts(
                refusal,
                _("Счетов несколько. Начните с последних цифр номера абонента: %(accounts)s."),
                _("Счетов несколько. Начните с последних цифр номера абонента."),
            )
        case TextReason.SCALES:
            return _("У прибора учёта другие шкалы.")
        case TextReason.NOTHING_ASKED:
            return _("Мы ни о чём не спрашивали. Пришлите показания цифрами с прибора учёта.")
        case _:
            return texts.explain(refusal)


def _with_accounts(refusal: Refused, naming: str, otherwise: str) -> str:
    accounts = refusal.details.get("accounts")
    return naming % {"accounts": accounts} if accounts else otherwise


def with_example(said: str, text: str) -> str:
    """A refusal and a text that would have been understood."""
    return said if not text else _("%(said)s Напишите так: %(example)s.") % {"said": said, "example": text}


def example(zones: Sequence[Zone]) -> str:
    """How the scales of such a meter are written: «Д 1200 Н 300»."""
    return " ".join(f"{_EXAMPLES.get(zone, '')} {1200 - 300 * at}".strip() for at, zone in enumerate(zones))


def question(judgement: Judgement, *, said: str) -> str:
    """What the guard asks, and the words that answer it; they hold the digits, so that no answer fits two."""
    asked = texts.asked(judgement)
    return _("%(asked)s Если верно, ответьте: ДА %(said)s") % {"asked": asked, "said": said}


def already(receipt: str) -> str:
    """The same digits a second time on one day."""
    return _("Эти показания сегодня уже переданы. Номер квитанции о приёме: %(receipt)s.") % {
        "receipt": receipt
    }


def done(
    *,
    values: Mapping[Zone, Decimal],
    receipt: str,
    period: Month,
    state: ReadingState,
    account: str,
    service: Service,
) -> str:
    """The receipt, and which bill the readings enter, or that they go to the supplier."""
    params = {
        "values": texts.values_line(values, service.unit),
        "receipt": receipt,
        "period": formats.month(period),
        "account": _("Аб. № %(number)s: ") % {"number": account} if account else "",
    }
    if state is ReadingState.UNDER_REVIEW:
        said = _(
            "%(account)sпоказания на проверке: %(values)s. Номер квитанции о приёме: %(receipt)s. "
            "Пока действуют прежние показания."
        )
    elif not service.charged_here:
        said = _(
            "%(account)sпоказания переданы: %(values)s. Номер квитанции о приёме: %(receipt)s. "
            "Мы отдадим их поставщику за %(period)s."
        )
    else:
        said = _(
            "%(account)sпоказания переданы: %(values)s. Номер квитанции о приёме: %(receipt)s. "
            "Они войдут в счёт за %(period)s."
        )
    text = said % params
    return text[0].upper() + text[1:]

"""Sentences for refusals of the ledger; they reach staff and programs, hardly ever a customer."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.ledger.rules import PostingReason

#: Every reason of this room that has a sentence.
REASONS: Final = (PostingReason,)


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    match refusal.reason:
        case PostingReason.UNBALANCED:
            return _("Сумма проводок операции не равна нулю. Ничего не проведено.")
        case PostingReason.KEY_TAKEN:
            return _("Под этим номером уже проведена другая операция. Ничего не изменено.")
        case PostingReason.NOT_FIRST:
            return _("На счёте уже есть проводки. Ничего не проведено.")
        case PostingReason.ACCOUNT_MISSING:
            return _("Для начисления или оплаты нужен лицевой счёт.")
        case _:
            return _("Операцию нельзя провести: в ней нет сумм или номера.")

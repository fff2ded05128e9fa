"""What the page of an order says while no bank has begun it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.payments.queries import OrderView
from svet.payments.rules.states import OrderState


def unbegun_words(order: OrderView) -> tuple[str, str, str] | None:
    """Title, text and kind; None: a bank may have begun it.

    Kept and not sent: no job has come to it yet. Sent and untouched: no bank was reached.
    """
    if order.state is OrderState.CREATED and order.by_card and not order.unattended:
        return (
            _("Готовимся списать с карты"),
            _(
                "Карта ещё не списана. Мы спишем сами, платить ещё раз не нужно, страница обновится. "
                "Если не выйдет за час, платёж закроется, и его можно будет повторить."
            ),
            "info",
        )
    if order.state is OrderState.CREATED and not order.unattended:
        return (
            _("Идём в банк"),
            _(
                "Платёж ещё нигде не начат, деньги не списаны. Страница обновится сама и покажет дорогу в "
                "банк. Если не выйдет за час, платёж закроется, и его можно будет повторить."
            ),
            "info",
        )
    if order.untouched:
        return (
            _("Банк пока не отвечает"),
            _(
                "Платёж ещё нигде не начат, деньги не списаны. Мы пробуем снова сами, страница обновится. "
                "Если не выйдет за час, платёж закроется, и его можно будет повторить."
            ),
            "warning",
        )
    return None

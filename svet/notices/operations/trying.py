"""A test message, sent at once and kept nowhere: whether mail, SMS and words for the messenger leave."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from svet.gateways import mail, messenger, sms
from svet.gateways.failures import GatewayFailure
from svet.kernel.ids import new_public_id
from svet.notices.models import MessengerChat
from svet.site.queries import installation


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """Whether it was taken, and what the other side said: its reference, or why not."""

    taken: bool
    said: str


def try_mail(*, to: str) -> TrialOutcome:
    """Send a letter to this address."""
    brand = installation().brand
    words = _("Это проверка: {brand} умеет отправлять письма. Отвечать не нужно.").format(brand=brand)
    try:
        said = mail.gateway().send(
            to=to,
            subject=_("Проверка почты"),
            text=f"{words}\n{settings.BASE_URL}\n",
            html="",
            attachments=[],
            message_id=new_public_id(),
        )
    except GatewayFailure as failure:
        return TrialOutcome(False, str(failure))
    return TrialOutcome(True, said)


def try_sms(*, to: str) -> TrialOutcome:
    """Send a text to this phone, ``+79…``. It costs what a text costs."""
    text = _("{brand}: проверка СМС").format(brand=installation().brand)
    try:
        said = sms.gateway().send(to=to, text=text[:70], message_id=new_public_id())
    except GatewayFailure as failure:
        return TrialOutcome(False, str(failure))
    return TrialOutcome(True, said)


def try_messenger(*, phone: str) -> TrialOutcome:
    """Write to the messenger which the cabinet of this phone, ``+79…``, has connected."""
    reader = MessengerChat.objects.filter(recipient__phone=phone).values_list("reader", flat=True).first()
    if reader is None:
        return TrialOutcome(False, _("кабинет с этим телефоном не подключил мессенджер"))
    words = _("Это проверка: {brand} умеет писать в мессенджер. Отвечать не нужно.")
    try:
        said = messenger.gateway().send(to=reader, text=words.format(brand=installation().brand))
    except GatewayFailure as failure:
        return TrialOutcome(False, str(failure))
    return TrialOutcome(True, said)

"""A way of delivery that waits for an address: chosen first, done when the address is confirmed.

The choice lives in the session for an hour. A later choice for the same account takes its place.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from svet.accounts import operations, texts
from svet.accounts.queries import AccountCard
from svet.cabinet.shell.session import actor_of, now_of
from svet.kernel.refusals import NotFound, Refused

LIFE = timedelta(hours=1)
_BEGUN = "delivery_begun"


def begin(request: HttpRequest, *, card: AccountCard, delivery: str) -> str:
    """Keep the choice and give the address of the page that asks for an e-mail."""
    request.session[_BEGUN] = {
        "account": card.public_id,
        "number": card.number,
        "delivery": delivery,
        "at": now_of(request).timestamp(),
    }
    messages.info(
        request,
        _("Подтвердите электронную почту: на неё станут приходить счета по номеру абонента %(number)s.")
        % {"number": card.number},
    )
    return f"/profile/email/?next={reverse('account', args=[card.public_id])}"


def forget(request: HttpRequest, *, card: AccountCard) -> None:
    """Another choice was made for the account: what waited for an address is over."""
    if request.session.get(_BEGUN, {}).get("account") == card.public_id:
        del request.session[_BEGUN]


def finish(request: HttpRequest, *, email: str) -> str | None:
    """Do what was chosen, now that ``email`` is confirmed; where to go then, or None when nothing waited."""
    begun: dict[str, Any] | None = request.session.pop(_BEGUN, None)
    now = now_of(request)
    if begun is None or now.timestamp() - begun["at"] > LIFE.total_seconds():
        return None
    try:
        operations.set_delivery(
            by=actor_of(request),
            account_public_id=begun["account"],
            delivery=begun["delivery"],
            now=now,
        )
    except NotFound:
        messages.warning(
            request,
            _("Адрес подтверждён. Абонента № %(number)s в вашем кабинете уже нет.")
            % {"number": begun["number"]},
        )
        return reverse("accounts")
    except Refused as refused:
        messages.warning(request, texts.explain(refused))
    else:
        messages.success(
            request,
            _("Адрес подтверждён. Счета по номеру абонента %(number)s придут на %(email)s.")
            % {"number": begun["number"], "email": email},
        )
    return reverse("account", args=[begun["account"]])

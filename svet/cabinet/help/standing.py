"""«Работает ли кабинет»: what works and what waits, in words; the facts are those of the desk «Состояние».

No number, name of a bank, version or moment is told: who wants to break something must not see how it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.cabinet.shell.session import visitor
from svet.look.requests import now_of
from svet.notices.queries import sending
from svet.notices.queries.messengers import messenger_name
from svet.notices.rules import STUCK_AFTER, SendingChannel
from svet.outages.queries import nearest, outages_of
from svet.outages.texts import title as outage_title
from svet.payments.queries.silence import shops_standing
from svet.site.queries import database_hold
from svet.site.queries.queue import job_queue

#: Seconds after which nobody is taken to work.
QUIET: Final = 60.0
#: Seconds after which one unanswered order speaks against a bank that answers others, as the alert has it.
UNANSWERED: Final = 900.0
#: For how long an answer is good: a page anybody may open must not ask the database each time.
GOOD_FOR: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """What of the portal waits."""

    payments: bool
    texts: bool
    letters: bool
    messenger: bool = False


@dataclass(frozen=True, slots=True)
class PortalLine:
    """One thing a customer counts on, whether it works, and what that means for them."""

    title: str
    works: bool
    text: str


class _Known:
    """The last answer, and when it was got."""

    facts: ClassVar[tuple[datetime, PortalFacts] | None] = None


def facts(*, now: datetime) -> PortalFacts:
    """What waits, as known of late."""
    known = _Known.facts
    if known is not None and timedelta(0) <= now - known[0] < GOOD_FOR:
        return known[1]
    queue = job_queue()
    # A copy of the database sends nothing, and without anybody at work everything waits.
    stands = database_hold() is not None or queue.heard is None or queue.heard > QUIET
    late = {each.channel for each in sending(now=now) if each.late > STUCK_AFTER.total_seconds()}
    found = PortalFacts(
        payments=stands
        or any(shop.silent_since is not None or shop.waits > UNANSWERED for shop in shops_standing(now=now)),
        texts=stands or SendingChannel.SMS in late,
        letters=stands or SendingChannel.EMAIL in late,
        messenger=stands or SendingChannel.MESSENGER in late,
    )
    _Known.facts = (now, found)
    return found


def lines(found: PortalFacts) -> list[PortalLine]:
    """The facts in words."""
    payments, texts, letters = (
        _(
            "Деньги зачисляются с задержкой: ждём ответа банка. Что уже оплачено, не пропадёт, "
            "платить снова не нужно."
        ),
        _(
            "Коды и сообщения приходят с задержкой. Подождите несколько минут и не запрашивайте "
            "код снова и снова."
        ),
        _("Письма уходят с задержкой. Счета и квитанции уже видны в кабинете."),
    )
    app = messenger_name()
    written = (
        _("Сообщения приходят с задержкой. Всё, о чём они говорят, уже видно в кабинете.")
        if found.messenger
        else _("Сообщения уходят сразу.")
    )
    return [
        PortalLine(_("Показания"), True, _("Принимаем в любой день, на сайте и по СМС.")),
        PortalLine(
            _("Оплата"),
            not found.payments,
            payments if found.payments else _("Банк отвечает, деньги зачисляются."),
        ),
        PortalLine(_("СМС"), not found.texts, texts if found.texts else _("Коды и сообщения уходят сразу.")),
        PortalLine(_("Почта"), not found.letters, letters if found.letters else _("Письма уходят сразу.")),
        *([PortalLine(app, not found.messenger, written)] if app else []),
    ]


@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """The page; anybody may read it."""
    now = now_of(request)
    shown = lines(facts(now=now))
    person = visitor(request)
    return render(
        request,
        "cabinet/standing.html",
        {
            "lines": shown,
            "well": all(line.works for line in shown),
            "light": person is None or has_light(person.person_id),
            "outages": [] if person is None else outage_lines(person.person_id, now=now),
        },
    )


def has_light(person_id: int) -> bool:
    """Whether electricity concerns the person: an account of it, or none at all yet."""
    cards = [card for group in account_queries.cabinet(person_id) for card in group.cards]
    return not cards or any(card.provider.service.charged_here for card in cards)


def outage_lines(person_id: int, *, now: datetime) -> list[str]:
    """What takes the light of the person's accounts away, now and later."""
    cards = [card for group in account_queries.cabinet(person_id) for card in group.cards]
    names = {card.account_id: card.row_name for card in cards}
    return [
        _("%(what)s. Где: %(where)s.")
        % {
            "what": outage_title(view, today=now.astimezone(view.zone).date()),
            "where": "; ".join(names[key] for key in keys),
        }
        for view, keys in nearest(outages_of(names, now=now))
    ]


urlpatterns: list[URLPattern] = [path("help/standing/", standing, name="standing")]

"""Facts that may give money back, entered at a desk: done, shown first, or left for another member's hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from svet.billing.operations import drafts
from svet.billing.operations.drafts import Entered
from svet.billing.operations.drafts.facts import NewFact
from svet.billing.queries.drafts import DraftEntry, drafts_of
from svet.billing.texts.drafts import FACT_NAMES
from svet.look.formats import roubles
from svet.look.requests import now_of
from svet.staff.shell.desk import actor_of


def enter_fact(
    request: HttpRequest, *, account_public_id: str, fact: NewFact, reason: str, unseen: bool = False
) -> Entered:
    """Enter what was filled in. Beyond one hand the page comes again with what is given back, to be left.

    ``unseen``: there is no such page, its author sees it on the draft's. :raises Refused: as the operation
    """
    return drafts.enter(
        by=actor_of(request),
        account_public_id=account_public_id,
        fact=fact,
        reason=reason,
        shown=None if unseen else request.POST.get("shown", "")[:32],
        now=now_of(request),
    )


def after_fact(
    request: HttpRequest, entered: Entered, *, said: str, to: str, key: str = ""
) -> HttpResponse | None:
    """Where to go next: ``to`` with what is ``said``, or the draft's page; nothing: the author looks."""
    if entered.asks:
        return None
    if entered.draft:
        messages.warning(request, left_words(entered))
        return redirect("staff-draft", entered.draft)
    messages.success(request, said)
    return redirect(to, key) if key else redirect(to)


def left_words(entered: Entered) -> str:
    """That a fact waits, with the sum it gives back."""
    return _("Пока ничего не изменилось: возврат %(sum)s подписывает другой сотрудник.") % {
        "sum": roubles(entered.effect.given)
    }


def waiting_of(request: HttpRequest, account_id: int) -> list[tuple[DraftEntry, object]]:
    """What waits about an account, each with its name, for the pages on which it was entered."""
    return [(each, FACT_NAMES[each.kind]) for each in drafts_of(account_id=account_id, now=now_of(request))]

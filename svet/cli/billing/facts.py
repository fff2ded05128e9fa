"""Facts that may give money back, entered by command: done, or told and left for a signature at the desk."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from svet.billing.operations import drafts
from svet.billing.operations.drafts import Entered
from svet.billing.operations.drafts.facts import NewFact
from svet.cli.billing import Say
from svet.kernel.actors import Actor
from svet.look.formats import month, roubles


def enter(
    fact: NewFact, *, account_public_id: str, reason: str, by: Actor, now: datetime, say: Say
) -> Entered:
    """Enter a fact; one that gives back more than one hand may is told by month and waits.

    :raises Refused: as the operation
    """
    entered = drafts.enter(
        by=by, account_public_id=account_public_id, fact=fact, reason=reason, shown=None, now=now
    )
    if entered.draft:
        for each in entered.effect.months:
            changed = roubles(each.changed) if entered.effect.known else "?"
            say(f"{month(each.month)}: {roubles(each.without)} → {changed}")
        say(
            _("Пока ничего не изменилось: возврат {sum} больше, чем можно одному. Запись {id}.").format(
                sum=roubles(entered.effect.given), id=entered.draft
            )
        )
        say(_("Она начнёт действовать, когда её подпишет сотрудник на странице «Вторая подпись»."))
    return entered

"""What was agreed about the debt of a bill: in parts, or by a promised day. The bill stays as issued."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from svet.accounts.queries import provider_today, visible_accounts
from svet.accounts.rules import Right
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.plans import running_plans
from svet.bills import queries as bills
from svet.bills.queries import BillView
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO
from svet.look.formats import day, roubles
from svet.payments import queries as payments


def agreed_words(by: Actor, view: BillView, *, now: datetime) -> str:
    """What of the newest bill is asked now, for who may pay it; empty: all of it, by its own day."""
    key = view.summary.account_id
    plan, promise = running_plans([key], now=now).get(key), standing_promises([key]).get(key)
    if view.document.sums.closing <= 0 or (plan is None and promise is None):
        return ""
    found = visible_accounts(by, public_ids=[view.account_public_id], right=Right.PAY)
    if not found or bills.latest(account_ids=[key])[key].bill_id != view.summary.bill_id:
        return ""
    moving = payments.in_transit([key]).get(key, ZERO)
    if plan is not None and plan.next is not None and plan.ask > moving:
        # What the bank has taken is not asked for once more.
        values = {"sum": roubles(plan.ask - moving), "until": day(plan.next.due_on)}
        if plan.next.due_on < provider_today(found[0].provider, now):
            return (
                _("Долг вы платите в рассрочку, и её часть просрочена: внесите %(sum)s, срок был %(until)s.")
                % values
            )
        return (
            _("Долг вы платите в рассрочку: внесите %(sum)s до %(until)s, остальное — по графику.") % values
        )
    if plan is not None:
        return _("Долг вы платите в рассрочку: сейчас платить ничего не нужно.")
    if promise is None or promise.left <= moving or view.summary.issued_on > promise.made_on:
        # A bill of after the promise is asked for by its own day.
        return ""
    if promise.until_on >= provider_today(found[0].provider, now):
        return _("Обещано заплатить до %(until)s: раньше этого дня о долге не напоминаем.") % {
            "until": day(promise.until_on)
        }
    return ""

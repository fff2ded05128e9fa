"""What is told of a plan, and what the journal keeps of it, as it becomes true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from svet.arrangements import events
from svet.arrangements.models import InstalmentPlan
from svet.arrangements.queries.access import payers
from svet.arrangements.rules.plans import InstalmentPartView
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.places import Place
from svet.look.formats import day, roubles
from svet.notices import operations as notices
from svet.notices.rules import EventSpec
from svet.people import queries as people


def record_plan(row: InstalmentPlan, action: str, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Keep a step of a plan in the journal."""
    journal.record(
        by=by,
        action=action,
        subject="instalments",
        subject_id=row.public_id,
        account_id=row.account_id,
        now=now,
        after={"kopecks": row.kopecks, "months": row.months, "state": row.state},
        reason=reason,
    )


def tell_plan(
    row: InstalmentPlan,
    number: str,
    *,
    event: EventSpec,
    part: InstalmentPartView | None,
    now: datetime,
    ask: Money | None = None,
) -> None:
    """Tell of a plan, or of one part: ``ask`` is what lacks by its day, bills until then among it.

    What is asked, and whether the plan stands, everybody is told who may pay for the account: none of them is
    reminded of its bills meanwhile. What became of the request is told to whoever made it.
    """
    own = event in (events.PLAN_AGREED, events.PLAN_REFUSED)
    told = [row.person_id] if own else payers([row.account_id]).get(row.account_id, [])
    recipients: Mapping[int, int] = people.recipients_of(told)
    params = {"account": number, "total": roubles(row.money), "months": str(row.months)}
    if part is not None:
        params |= {
            "no": str(part.no),
            "until": day(part.due_on),
            "sum": roubles(part.money if ask is None else ask),
        }
        params["last"] = day(part.last_on)
    params = {name: params[name] for name in event.needs}
    for recipient_id in recipients.values():
        notices.notify(recipient_id=recipient_id, event=event, params=params, place=Place("payment"), now=now)

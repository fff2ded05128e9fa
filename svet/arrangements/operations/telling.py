"""What whoever agreed on a plan is told, and what the journal keeps, as it becomes true."""

from __future__ import annotations

from datetime import datetime

from svet.arrangements.models import InstalmentPlan
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
    """Tell of a plan, or of one part: ``ask`` is what lacks by its day, bills until then among it."""
    recipient_id = people.recipients_of([row.person_id]).get(row.person_id)
    if recipient_id is None:
        return
    params = {"account": number, "total": roubles(row.money), "months": str(row.months)}
    if part is not None:
        params |= {
            "no": str(part.no),
            "until": day(part.due_on),
            "sum": roubles(part.money if ask is None else ask),
        }
        params["last"] = day(part.last_on)
    params = {name: params[name] for name in event.needs}
    notices.notify(recipient_id=recipient_id, event=event, params=params, place=Place("payment"), now=now)

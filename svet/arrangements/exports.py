"""What a person has promised, for the copy of their data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.arrangements.operations import drop_promises
from svet.arrangements.operations.plans import end_plans_of
from svet.arrangements.queries import promised_by
from svet.arrangements.queries.plans import plans_by
from svet.arrangements.texts import state_word
from svet.arrangements.texts.plans import plan_state_word
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats


def _words(name: str, value: Any) -> str | Promise | None:
    if name == "kopecks":
        return formats.roubles(Money(int(value)))
    return state_word(value) if name == "state" else None


def _plan_words(name: str, value: Any) -> str | Promise | None:
    return plan_state_word(value) if name == "state" else _words(name, value)


def _forget(*, person_id: int, by: Actor, now: datetime) -> None:
    drop_promises(person_id=person_id, by=by, now=now)
    end_plans_of(person_id=person_id, now=now)


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="promises",
            title=gettext_lazy("Обещанные платежи"),
            place=53,
            rows=lambda who: promised_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
        ExportSection(
            key="instalments",
            title=gettext_lazy("Рассрочки"),
            place=54,
            rows=lambda who: plans_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_plan_words,
        ),
    ),
    forget=_forget,
)

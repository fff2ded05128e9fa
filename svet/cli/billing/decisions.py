"""Decisions about charges as the command line does them: told, written, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.accounts.queries import AccountView, provider_today
from svet.billing import texts
from svet.billing.operations import decisions as operations
from svet.billing.queries.decisions import DecisionPreview, decisions_of, preview_decision
from svet.billing.rules.decisions import NewDecision
from svet.billing.rules.facts import OverrideKind
from svet.billing.texts.decisions import DECISION_NAMES, decision_state
from svet.cli.billing import Say, parse_month
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.look.formats import energy, month, roubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A decision as the words of the command line give it; empty months are not given."""

    account_public_id: str
    kind: str
    since: str
    until: str
    document: str
    meter_public_id: str = ""
    zone: str = ""
    kwh: Decimal | None = None
    kopecks: int = 0
    ends: str = ""
    percent: Decimal | None = None


def decide(asked: Asked, *, reason: str, write: bool, by: Actor, now: datetime, say: Say) -> None:
    """Tell what the decision changes; with ``write`` write it as told. :raises Refused: it cannot be"""
    new = NewDecision(
        kind=OverrideKind(asked.kind),
        document=asked.document,
        since=parse_month(asked.since),
        until=_month(asked.until),
        zone=asked.zone,
        kwh=asked.kwh,
        kopecks=asked.kopecks,
        ends=_month(asked.ends),
        percent=asked.percent,
    )
    seen = operations.preview_new(
        by=by,
        account_public_id=asked.account_public_id,
        new=new,
        meter_public_id=asked.meter_public_id,
        now=now,
    )
    _tell(seen, say, compared=True)
    if not write:
        say(_("Ничего не записано. Записать: повторите с --write."))
        return
    report = operations.decide(
        by=by,
        account_public_id=asked.account_public_id,
        new=new,
        meter_public_id=asked.meter_public_id,
        reason=reason,
        shown=seen.shown,
        now=now,
    )
    say(_("Решение записано: {id}").format(id=report.public_id))
    if report.waits:
        say(_("Оно начнёт действовать, когда его подпишет сотрудник на странице «Решения»."))


def undo(public_id: str, *, reason: str, write: bool, by: Actor, now: datetime, say: Say) -> None:
    """Tell what comes back without a decision; with ``write`` take it back. :raises Refused: it cannot be"""
    seen = operations.preview_undoing(by=by, decision_public_id=public_id, now=now)
    _tell(seen, say, compared=True)
    if not write:
        say(_("Ничего не записано. Записать: повторите с --write."))
        return
    done = operations.undo_decision(by=by, decision_public_id=public_id, reason=reason, now=now)
    say(
        _("Решение отменено.")
        if done
        else _("Отмена предложена: её подтвердит сотрудник на странице «Решения».")
    )


def tell_next(account: AccountView, *, now: datetime, say: Say) -> None:
    """What the next charge posts to an account."""
    today = Month.of(provider_today(account.provider, now))
    _tell(preview_decision(account=account, today=today), say, compared=False)


def tell_decisions(account_id: int, *, say: Say) -> None:
    """Every decision about an account, the latest first."""
    found = decisions_of(account_id=account_id)
    for each in found:
        until = "…" if each.until is None else month(each.until)
        months = month(each.since) if each.until == each.since else f"{month(each.since)} — {until}"
        effect = "" if each.effect is None else f", {roubles(each.effect, sign=True)}"
        state, _kind = decision_state(each)
        say(f"{each.public_id}  {months}  {DECISION_NAMES[each.kind]}{effect}, {each.document}: {state}")
    if not found:
        say(_("Решений нет."))


def _tell(seen: DecisionPreview, say: Say, *, compared: bool) -> None:
    if seen.reason is not None:
        say(texts.problem(seen.reason, seen.details or {}))
    for each in seen.months:
        values = {
            "month": month(each.month),
            "stands": f"{energy(each.stands.kwh)}, {roubles(each.stands.kopecks)}",
            "changed": f"{energy(each.changed.kwh)}, {roubles(each.changed.kopecks)}",
        }
        say(_("{month}: начислено {stands}; станет {changed}").format(**values))
    if not seen.months and seen.reason is None:
        say(_("Ни один начисленный месяц не меняется."))
    if compared and seen.effect is not None:
        say(_("Разница для потребителя: {sum}").format(sum=roubles(seen.effect, sign=True)))


def _month(text: str) -> Month | None:
    return parse_month(text) if text else None

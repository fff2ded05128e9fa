"""What may be entered about an account and give money back: each as plain words, and how it is carried out.

A fact is kept as JSON while it waits, and is carried out from that whether it waits or not: what a second
member signs is what the first one has filled in, judged anew by the rooms that own it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from svet.accounts import operations as accounts
from svet.accounts.queries import AccountView
from svet.accounts.rules.terms import read_terms
from svet.billing.rules.drafts import FactKind
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering.operations import acts
from svet.metering.operations.meters import MeterRow
from svet.metering.rules import Zone
from svet.metering.rules.acts import ActOf, NewAct
from svet.staffing.rules import Permission
from svet.tariffs.queries import group_codes

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewFact:
    """One fact to be entered."""

    kind: FactKind
    facts: Facts


@dataclass(frozen=True, slots=True)
class Entering:
    """A fact with who enters it, about whom and why."""

    by: Actor
    account: AccountView
    facts: Facts
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Verb:
    """How a kind of fact is carried out, and what whoever signs it must be allowed to do."""

    permission: Permission
    carry_out: Callable[[Entering], str]


def contract_end(on: date | None) -> NewFact:
    """The first day that is not charged any more; None: the contract goes on."""
    return NewFact(FactKind.END, {"on": _day(on)})


def contract_terms(asked: Mapping[str, str], *, since: date) -> NewFact:
    """Terms as they were written (``accounts.rules.terms.read_terms``), from a day on."""
    return NewFact(FactKind.TERMS, {"terms": dict(asked), "since": _day(since)})


def office_act(act: NewAct, *, meter_public_id: str) -> NewFact:
    """An act of the office."""
    return NewFact(
        FactKind.ACT,
        {
            "act": act.kind.value,
            "number": act.number,
            "drawn_on": _day(act.drawn_on),
            "since": _day(act.since),
            "until": _day(act.until),
            "persons": act.persons,
            "meter": meter_public_id,
        },
    )


def act_end(act_public_id: str, *, on: date, number: str) -> NewFact:
    """The end of an act by a second document."""
    return NewFact(FactKind.ACT_END, {"id": act_public_id, "on": _day(on), "number": number})


def act_gone(act_public_id: str) -> NewFact:
    """An act is taken back."""
    return NewFact(FactKind.ACT_GONE, {"id": act_public_id})


def meter_replaced(
    meter_public_id: str, *, final: Mapping[Zone, Decimal], new: MeterRow, ratio: Decimal | None
) -> NewFact:
    """One meter goes and another comes on the same day."""
    return NewFact(
        FactKind.METER,
        {
            "meter": meter_public_id,
            "final": _values(final),
            "ratio": None if ratio is None else str(ratio),
            "serial": new.serial,
            "on": _day(new.installed_on),
            "scheme": int(new.scheme),
            "digits": new.digits,
            "decimals": new.decimals,
            "type_name": new.type_name,
            "verified_on": _day(new.verified_on),
            "next_verification_on": _day(new.next_verification_on),
            "initial": _values(new.initial),
        },
    )


def control_reading(
    meter_id: int, *, values: Mapping[Zone, Decimal], read_on: date, act_number: str, photo: str
) -> NewFact:
    """What the company read off a meter; ``photo`` is the outer id of one that was kept."""
    return NewFact(
        FactKind.CONTROL,
        {
            "meter": meter_id,
            "values": _values(values),
            "on": _day(read_on),
            "number": act_number,
            "photo": photo,
        },
    )


def dispute_upheld(
    dispute_public_id: str,
    *,
    values: Mapping[Zone, Decimal],
    read_on: date,
    words: str,
    act_number: str,
    photo: str,
) -> NewFact:
    """An objection is right: another reading comes in the place of the disputed one."""
    return NewFact(
        FactKind.DISPUTE,
        {
            "id": dispute_public_id,
            "values": _values(values),
            "on": _day(read_on),
            "words": words,
            "number": act_number,
            "photo": photo,
        },
    )


def reviewed(set_id: int, *, accept: bool, words: str) -> NewFact:
    """An odd reading is taken or refused."""
    return NewFact(FactKind.REVIEW, {"set": set_id, "accept": accept, "words": words})


def corrected(set_id: int, *, values: Mapping[Zone, Decimal], turned: bool, words: str) -> NewFact:
    """What an odd reading really shows."""
    return NewFact(
        FactKind.CORRECTION, {"set": set_id, "values": _values(values), "turned": turned, "words": words}
    )


def _end(asked: Entering) -> str:
    accounts.end_contract(
        by=asked.by,
        account_public_id=asked.account.public_id,
        on=_as_day(asked.facts["on"]),
        reason=asked.reason,
        now=asked.now,
    )
    return ""


def _terms(asked: Entering) -> str:
    accounts.change_terms(
        by=asked.by,
        account_public_id=asked.account.public_id,
        changes=read_terms(asked.facts["terms"]),
        since=date.fromisoformat(asked.facts["since"]),
        reason=asked.reason,
        now=asked.now,
        groups=group_codes(asked.account.provider.region),
    )
    return ""


def _act(asked: Entering) -> str:
    facts = asked.facts
    return acts.write_act(
        by=asked.by,
        account_public_id=asked.account.public_id,
        act=NewAct(
            kind=ActOf(facts["act"]),
            number=facts["number"],
            drawn_on=date.fromisoformat(facts["drawn_on"]),
            since=date.fromisoformat(facts["since"]),
            until=_as_day(facts["until"]),
            persons=facts["persons"],
        ),
        meter_public_id=facts["meter"],
        reason=asked.reason,
        now=asked.now,
    )


def _act_end(asked: Entering) -> str:
    return acts.end_act(
        by=asked.by,
        act_public_id=asked.facts["id"],
        on=date.fromisoformat(asked.facts["on"]),
        number=asked.facts["number"],
        now=asked.now,
    )


def _act_gone(asked: Entering) -> str:
    acts.withdraw_act(by=asked.by, act_public_id=asked.facts["id"], reason=asked.reason, now=asked.now)
    return ""


def _meter(asked: Entering) -> str:
    facts = asked.facts
    meter = metering.replace_meter(
        by=asked.by,
        meter_public_id=facts["meter"],
        final=_as_values(facts["final"]),
        new=MeterRow(
            account_id=asked.account.account_id,
            serial=facts["serial"],
            installed_on=date.fromisoformat(facts["on"]),
            scheme=facts["scheme"],
            digits=facts["digits"],
            decimals=facts["decimals"],
            type_name=facts["type_name"],
            verified_on=_as_day(facts["verified_on"]),
            next_verification_on=_as_day(facts["next_verification_on"]),
            initial=_as_values(facts["initial"]),
        ),
        ratio=None if facts["ratio"] is None else Decimal(facts["ratio"]),
        reason=asked.reason,
        now=asked.now,
    )
    return meter.serial


def _control(asked: Entering) -> str:
    facts = asked.facts
    return metering.take_control_reading(
        by=asked.by,
        meter_id=facts["meter"],
        values=_as_values(facts["values"]),
        read_on=date.fromisoformat(facts["on"]),
        now=asked.now,
        act_number=facts["number"],
        photo_public_id=facts["photo"],
    )


def _dispute(asked: Entering) -> str:
    facts = asked.facts
    return metering.uphold_dispute(
        by=asked.by,
        dispute_public_id=facts["id"],
        values=_as_values(facts["values"]),
        read_on=date.fromisoformat(facts["on"]),
        words=facts["words"],
        now=asked.now,
        act_number=facts["number"],
        photo_public_id=facts["photo"],
    )


def _review(asked: Entering) -> str:
    facts = asked.facts
    metering.decide_review(
        by=asked.by, set_id=facts["set"], accept=facts["accept"], reason=facts["words"], now=asked.now
    )
    return ""


def _correction(asked: Entering) -> str:
    facts = asked.facts
    return metering.correct_review(
        by=asked.by,
        set_id=facts["set"],
        values=_as_values(facts["values"]),
        turned=facts["turned"],
        reason=facts["words"],
        now=asked.now,
    )


VERBS: Final[Mapping[FactKind, Verb]] = {
    FactKind.END: Verb(Permission.TERMS, _end),
    FactKind.TERMS: Verb(Permission.TERMS, _terms),
    FactKind.ACT: Verb(Permission.TERMS, _act),
    FactKind.ACT_END: Verb(Permission.TERMS, _act_end),
    FactKind.ACT_GONE: Verb(Permission.TERMS, _act_gone),
    FactKind.METER: Verb(Permission.LINKS, _meter),
    FactKind.CONTROL: Verb(Permission.READINGS, _control),
    FactKind.DISPUTE: Verb(Permission.READINGS, _dispute),
    FactKind.REVIEW: Verb(Permission.READINGS, _review),
    FactKind.CORRECTION: Verb(Permission.READINGS, _correction),
}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _as_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _values(values: Mapping[Zone, Decimal]) -> dict[str, str]:
    return {zone.value: str(value) for zone, value in values.items()}


def _as_values(texts: Mapping[str, str]) -> dict[Zone, Decimal]:
    return {Zone(zone): Decimal(text) for zone, text in texts.items()}

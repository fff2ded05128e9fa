"""Readings by SMS: one text, one answer. The sender's phone is the sign-in: nobody else is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import translation

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, provider_today
from svet.accounts.rules import Right
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits import texts as limit_texts
from svet.limits.operations import LimitReached
from svet.limits.rules import LimitName
from svet.metering import events, queries
from svet.metering.models import ReadingSet, TextAnswer
from svet.metering.operations.submitting import ConfirmationNeeded, ReadingReceipt, submit_readings
from svet.metering.queries import MeterView
from svet.metering.rules import (
    Answers,
    ReadingChannel,
    ReadingState,
    ReadingSubmission,
    ValueReason,
    Zone,
    parse_value,
    zones_of,
)
from svet.metering.rules.parsing import ReadingRefused
from svet.metering.rules.texting import Scale, SentText, TextReason, means, read_text
from svet.metering.texts import sms
from svet.notices import operations as notices
from svet.notices.queries import IncomingText, incoming_text
from svet.people import queries as people
from svet.people.queries import PersonView

#: A question is answered within a day; «ДА» later could be about anything.
QUESTION_STANDS: Final = timedelta(hours=24)


#: Which zones the numbers on the face of a meter of one and of two zones mean.
_NUMBERED: Final[dict[int, dict[object, Zone]]] = {
    1: {Scale.FIRST: Zone.SINGLE},
    2: {Scale.FIRST: Zone.DAY, Scale.SECOND: Zone.NIGHT},
}


_NOT_UNDERSTOOD: Final = frozenset(
    {ValueReason.REQUIRED, ValueReason.CHARS, ValueReason.TOO_LONG, *TextReason} - {TextReason.NOTHING_ASKED}
)


class TextRefused(Refused):
    """The text does not tell what is meant."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is answered and what came of the text."""

    text: str
    outcome: str
    set_public_id: str = ""


def answer_text(*, incoming_id: int) -> None:
    """Take the readings of one text and promise the answer; done once however often it is called.

    Everything is as of the moment the text came. A phone without a cabinet, and one that sends too much, hear
    nothing: an answer costs money and tells a stranger that somebody is there.
    """
    if TextAnswer.objects.filter(incoming_id=incoming_id).exists():
        return
    incoming = incoming_text(incoming_id)
    person = people.person_by_phone(incoming.phone)
    if person is None:
        return
    now = incoming.received_at
    try:
        limits.spend(limit=LimitName.TEXTS_PER_PHONE, key=person.phone, now=now)
    except LimitReached:
        return
    with translation.override(person.language):
        said = _act(incoming, person=person, now=now)
    with use_case():
        _row, fresh = TextAnswer.objects.get_or_create(
            incoming_id=incoming_id,
            # The words are the message's, and go with it.
            defaults={"person_id": person.person_id, "outcome": said.outcome, "answer": "", "at": now},
        )
        if not fresh:
            return
        journal.record(
            by=Actor.person(person.person_id),
            action="readings.texted",
            subject="incoming_sms",
            subject_id=str(incoming_id),
            now=now,
            after={"outcome": said.outcome, "set": said.set_public_id},
        )
        notices.send_sms(
            phone=person.phone,
            event=events.SMS_ANSWER,
            params={"answer": said.text},
            now=now,
            language=person.language,
        )


def _act(incoming: IncomingText, *, person: PersonView, now: datetime) -> _Said:
    sent = read_text(incoming.text)
    original = incoming.text
    try:
        if sent.yes and not sent.raw:
            original = _asked_about(person, now=now)
            sent = read_text(original)
            sent = SentText(True, sent.address, sent.raw, sent.twice)
        meter, card, more = _meter(person, sent)
        values = _values(meter, sent)
        read_on = provider_today(meter.account.provider, now)
        key = uuid5(NAMESPACE_URL, f"svet:sms:{incoming.incoming_id}")
        standing = _standing(meter, values=values, read_on=read_on, but=key)
        if standing is not None:
            return _Said(sms.already(standing.receipt_number), "taken", standing.public_id)
        receipt = submit_readings(
            by=Actor.person(person.person_id),
            meter_id=meter.meter_id,
            sent=ReadingSubmission(
                values=values,
                read_on=read_on,
                channel=ReadingChannel.SMS,
                key=key,
                answers=Answers(confirmed=sent.yes),
            ),
            now=now,
        )
    except ConfirmationNeeded as asked:
        return _Said(sms.question(asked.judgement, said=_without_yes(original)), "asked")
    except LimitReached as reached:
        return _Said(limit_texts.explain(reached), "refused")
    except Refused as refused:
        text = sms.explain(refused)
        if refused.reason in _NOT_UNDERSTOOD:
            text = sms.with_example(text, _example(person, sent))
        return _Said(text, "refused")
    return _Said(
        _done(receipt, meter, values=values, card=card if more else None), "taken", receipt.set_public_id
    )


def _example(person: PersonView, sent: SentText) -> str:
    """A text that would be understood, for the meter that was meant or else the first one that waits."""
    meters, cards = _waiting(person)
    if not meters:
        return ""
    meant = [meter for meter in meters if _means(sent, meter, cards[meter.account_id])]
    meter = (meant or meters)[0]
    said = sms.example(zones_of(meter.scheme))
    accounts = {each.account_id for each in meters}
    if len(accounts) > 1:
        return f"{meter.account.number[-4:]} {said}"
    return said if len(meters) == 1 else f"{meter.serial} {said}"


def _standing(
    meter: MeterView, *, values: dict[Zone, Decimal], read_on: date, but: UUID
) -> ReadingSet | None:
    """Today's set with these very values, when it is the last one and did not come of this text."""
    sets = ReadingSet.objects.filter(
        meter_id=meter.meter_id,
        read_on=read_on,
        state__in=(ReadingState.ACCEPTED.value, ReadingState.UNDER_REVIEW.value),
    )
    last = sets.order_by("-received_at", "-pk").first()
    if last is None or last.key == but:
        return None
    return last if {Zone(row.zone): row.value for row in last.values.all()} == values else None


def _asked_about(person: PersonView, *, now: datetime) -> str:
    """The text of the last question, if it is the last thing that was said. :raises TextRefused:"""
    last = (
        TextAnswer.objects.filter(person_id=person.person_id, at__gte=now - QUESTION_STANDS, at__lte=now)
        .select_related("incoming")
        .order_by("-pk")
        .first()
    )
    if last is None or last.outcome != "asked":
        raise TextRefused(TextReason.NOTHING_ASKED)
    return last.incoming.text


def _waiting(person: PersonView) -> tuple[list[MeterView], dict[int, AccountCard]]:
    """The meters this person may send for, without those that send by themselves, and their accounts."""
    cards: dict[int, AccountCard] = {
        card.account_id: card
        for group in account_queries.cabinet(person.person_id)
        for card in group.cards
        if Right.SUBMIT in card.rights
    }
    meters = queries.standing_with_accounts(account_ids=list(cards))
    return [meter for meter in meters if not meter.smart] or meters, cards


def _means(sent: SentText, meter: MeterView, card: AccountCard) -> bool:
    return (
        not sent.address
        or means(sent.address, number=meter.account.number, alias=card.alias)
        or means(sent.address, number=meter.serial, alias="")
    )


def _meter(person: PersonView, sent: SentText) -> tuple[MeterView, AccountCard, bool]:
    """The one meter that is meant, and whether there are others. :raises TextRefused:"""
    waiting, cards = _waiting(person)
    if not sent.raw:
        raise ReadingRefused(ValueReason.CHARS if sent.address else ValueReason.REQUIRED)
    found = [meter for meter in waiting if _means(sent, meter, cards[meter.account_id])]
    if len(found) == 1:
        return found[0], cards[found[0].account_id], len(waiting) > 1
    reason = TextReason.WHICH if found else TextReason.NO_ACCOUNT
    raise TextRefused(reason, details={"accounts": _list([cards[m.account_id] for m in found or waiting])})


def _list(cards: Sequence[AccountCard]) -> str:
    names = dict.fromkeys(f"{card.number[-4:]} {card.alias}".strip() for card in cards)
    return ", ".join(names)


def _values(meter: MeterView, sent: SentText) -> dict[Zone, Decimal]:
    zones = zones_of(meter.scheme)
    raw = dict(sent.raw)
    if set(raw) == {None} and len(zones) == 1:
        raw = {zones[0]: raw[None]}
    if len(zones) <= len(_NUMBERED):
        # Of three zones makers number the scales differently: there the names are asked for.
        raw = {_NUMBERED[len(zones)].get(name, name): value for name, value in raw.items()}
    if sent.twice or set(raw) != set(zones):
        raise TextRefused(TextReason.SCALES)
    return {
        zone: parse_value(
            raw[zone], digits=meter.digits, decimals=meter.decimals, field=zone, unit=meter.unit
        )
        for zone in zones
    }


def _without_yes(text: str) -> str:
    """The digits as they were sent, so that they can be sent again."""
    return " ".join(word for word in text.split() if word.casefold().strip(",.!") not in ("да", "yes"))


def _done(
    receipt: ReadingReceipt, meter: MeterView, *, values: dict[Zone, Decimal], card: AccountCard | None
) -> str:
    return sms.done(
        values=values,
        receipt=receipt.receipt_number,
        period=receipt.period,
        state=receipt.state,
        account=card.number if card is not None else "",
        service=meter.service,
    )

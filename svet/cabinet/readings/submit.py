"""One attempt to send a meter's set from a page: what came of it, as the block to show and the status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from svet.accounts import texts as subscriber_texts
from svet.accounts.queries import provider_today
from svet.cabinet.readings.block import MeterBlock, meter_block
from svet.cabinet.readings.form import TypedSet
from svet.cabinet.readings.photo import take_in
from svet.cabinet.shell.session import actor_of, now_of
from svet.files import texts as file_texts
from svet.files.rules import PhotoRefused
from svet.kernel.refusals import NotFound, Refused
from svet.limits.operations import LimitReached
from svet.metering import operations, texts
from svet.metering.operations import ConfirmationNeeded, ReadingReceipt, SetRefused
from svet.metering.queries import MeterView, SetView
from svet.metering.rules import Answers, ReadingChannel, ReadingSubmission


@dataclass(frozen=True, slots=True)
class Attempt:
    """``receipt`` when the set was kept; ``status`` is the answer's."""

    block: MeterBlock
    status: int
    receipt: ReadingReceipt | None = None


def attempt(
    request: HttpRequest,
    *,
    meter: MeterView,
    typed: TypedSet,
    instead_of: SetView | None = None,
    entered_at: datetime | None = None,
) -> Attempt:
    """Take the photo in, send, and say what came of it; ``instead_of`` is the set to be corrected.

    ``entered_at`` is of a set that waited for a network, and gives it its day.

    :raises NotFound: the meter or the set is not for this person any more
    """
    take_in(request, typed)

    def shown(status: int, **more: object) -> Attempt:
        block = meter_block(request, meter=meter, typed=typed, instead_of=instead_of, **more)  # type: ignore[arg-type]
        return Attempt(block, status)

    if typed.asks_preview:
        return shown(200)
    if not typed.is_whole:
        return shown(422)
    try:
        receipt = _send(request, meter=meter, typed=typed, instead_of=instead_of, entered_at=entered_at)
    except LimitReached as reached:
        return shown(429, errors=[subscriber_texts.explain(reached)])
    except (ConfirmationNeeded, SetRefused) as refused:
        return shown(422, judgement=refused.judgement)
    except PhotoRefused as refused:
        typed.photo_public_id, typed.photo_error = "", file_texts.explain(refused)
        return shown(422)
    except NotFound:
        raise
    except Refused as refused:
        return shown(422, errors=[texts.explain(refused)])
    block = meter_block(request, meter=meter, typed=None, receipt=receipt, prefix=typed.prefix)
    return Attempt(block, 200, receipt)


def _send(
    request: HttpRequest,
    *,
    meter: MeterView,
    typed: TypedSet,
    instead_of: SetView | None,
    entered_at: datetime | None,
) -> ReadingReceipt:
    now, by = now_of(request), actor_of(request)
    read_on = instead_of.read_on if instead_of else provider_today(meter.account.provider, entered_at or now)
    sent = ReadingSubmission(
        values=typed.values,
        read_on=read_on,
        channel=ReadingChannel.WEB,
        key=typed.key,
        answers=Answers(
            confirmed=typed.is_confirmed,
            # «Отправить старые показания» is itself the answer to the question about nothing used.
            unchanged=typed.is_old and instead_of is None,
            insists=typed.insists,
        ),
        words=typed.words,
        photo_public_id=typed.photo_public_id,
        entered_at=entered_at,
    )
    if instead_of is not None:
        return operations.correct_set(by=by, set_public_id=instead_of.public_id, sent=sent, now=now)
    return operations.submit_readings(by=by, meter_id=meter.meter_id, sent=sent, now=now)

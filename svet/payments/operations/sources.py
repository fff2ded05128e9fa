"""Who sends registers of payments, by a short code that names them for good."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from svet.accounts import queries as accounts
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict
from svet.kernel.transactions import use_case
from svet.payments.models import ImportedPayment, Source, SourceReceipts
from svet.payments.queries.receipts import source_receipts
from svet.payments.rules.layouts import PLAIN_LAYOUT, Layout
from svet.payments.rules.matching import TRANSFERS
from svet.payments.rules.receipts import RegisterReceipts
from svet.payments.rules.refusals import SourceReason
from svet.payments.rules.registers import UNNAMED

_INN = re.compile(r"[0-9]{10}|[0-9]{12}", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9-]{1,19}", re.ASCII)


class SourceRefused(Conflict):
    """A source cannot be added as asked."""


def add_source(
    *,
    code: str,
    name: str,
    provider_code: str = "",
    inn: str = "",
    acquirer: bool = False,
    layout: Layout = PLAIN_LAYOUT,
    now: datetime,
    by: Actor,
) -> None:
    """Name a bank, post or settlement centre that sends registers; ``provider_code``: whose money it brings.

    Orders with its ``inn`` on our statements bring what its registers tell, or, of an ``acquirer``, what
    the bank's list of payments does.

    :raises SourceRefused: the code is taken or no code, no name, no such provider, no ИНН, no layout
    """
    _check_layout(layout)
    if not _CODE.fullmatch(code):
        raise SourceRefused(SourceReason.CODE, field="code")
    shown = " ".join(name.split())
    if not 0 < len(shown) <= 100:
        raise SourceRefused(SourceReason.NAME, field="name")
    with use_case():
        providers = {one.code: one.provider_id for one in accounts.providers()}
        if provider_code and provider_code not in providers:
            known = ", ".join(sorted(providers))
            raise SourceRefused(SourceReason.PROVIDER, field="provider", details={"known": known})
        if code in (UNNAMED, TRANSFERS):
            raise SourceRefused(SourceReason.TAKEN, field="code")
        if (inn and not _INN.fullmatch(inn)) or (acquirer and not inn):
            raise SourceRefused(SourceReason.INN, field="inn")
        if inn and Source.objects.filter(inn=inn).exclude(code=code).exists():
            raise SourceRefused(SourceReason.INN_TAKEN, field="inn")
        _, fresh = Source.objects.get_or_create(
            code=code,
            defaults={
                "name": shown,
                "provider_id": providers.get(provider_code),
                "inn": inn,
                "acquirer": acquirer,
                "added_at": now,
            }
            | _stored(layout),
        )
        if not fresh:
            raise SourceRefused(SourceReason.TAKEN, field="code")
        journal.record(
            by=by,
            action="payments.source.added",
            subject="source",
            subject_id=code,
            now=now,
            after={"name": shown, "provider": provider_code, "inn": inn, "acquirer": acquirer},
        )


def set_layout(*, code: str, layout: Layout, now: datetime, by: Actor) -> None:
    """Say how a source writes its registers from now on; what was taken stays as it is.

    The identity rule stays for good once something was taken: the same rows would enter twice.

    :raises SourceRefused: no such source, no layout that can be, another identity beside taken rows
    """
    _check_layout(layout)
    with use_case():
        source = Source.objects.select_for_update().filter(code=code.replace("\0", "")).first()
        if source is None:
            raise SourceRefused(SourceReason.UNKNOWN, field="code")
        before = source.layout
        if before.identity != layout.identity and ImportedPayment.objects.filter(source=code).exists():
            raise SourceRefused(SourceReason.IDENTITY_TAKEN, field="identity")
        if before == layout:
            return
        Source.objects.filter(pk=source.pk).update(**_stored(layout))
        journal.record(
            by=by,
            action="payments.source.changed",
            subject="source",
            subject_id=code,
            now=now,
            before=_stored(before),
            after=_stored(layout),
        )


def choose_receipts(*, code: str, maker: RegisterReceipts, since: date, now: datetime, by: Actor) -> None:
    """Say who makes the receipts of money of a source that is paid from a local day on.

    Nothing is made or owed here by it: it is told where such money is looked at. Said twice it is one word.

    :raises SourceRefused: no such source
    """
    with use_case():
        source = Source.objects.filter(code=code.replace("\0", "")).first()
        if source is None:
            raise SourceRefused(SourceReason.UNKNOWN, field="code")
        if source_receipts(source.code, on=since) is maker:
            return
        fields = {"maker": maker.value}
        SourceReceipts.objects.update_or_create(source=source, since=since, defaults=fields)
        journal.record(
            by=by,
            action="payments.source.receipts",
            subject="source",
            subject_id=source.code,
            now=now,
            after={"maker": maker.value, "since": since.isoformat()},
        )


def _check_layout(layout: Layout) -> None:
    if field := layout.fault():
        raise SourceRefused(SourceReason.LAYOUT, field=field)


def _stored(layout: Layout) -> dict[str, Any]:
    return {
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "columns": ",".join(layout.columns),
        "heading": layout.heading,
        "dates": layout.dates.value,
        "sign": layout.sign.value,
        "control": layout.control.value,
        "identity": layout.identity.value,
    }

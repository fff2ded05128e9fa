"""«Передать те же»: the page a reminder leads to. It shows what would be sent; only its button sends."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from svet.cabinet.readings.block import MeterBlock
from svet.cabinet.readings.form import TypedSet
from svet.cabinet.readings.sheet import ReadingsSheet, gathered
from svet.cabinet.readings.submit import Attempt, attempt
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import signed_in
from svet.kernel.refusals import NotFound


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def same(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The last values of one account's meters, to be sent once more as they are.

    What is sent is what the page has shown: readings that came meanwhile are asked about by the guard, and a
    press that comes twice gives the receipt of the first, though its meter waits no more.
    """
    found = gathered(request, answers={}, prefixed=True, only=account_public_id)
    if not found.sections:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    if request.method != "POST":
        return _page(request, found, _waiting(found))
    done: dict[int, Attempt] = {}
    for block in _blocks(found):
        if f"{block.prefix}key" in request.POST:
            typed = TypedSet(request.POST, meter=block.meter, prefix=block.prefix)
            try:
                done[block.meter.meter_id] = attempt(request, meter=block.meter, typed=typed)
            except NotFound:
                deny_as_missing(request, subject="meter", public_id=block.meter.public_id)
    if not done:
        return _page(request, found, _waiting(found), status=422)
    if all(each.receipt is not None for each in done.values()):
        messages.success(request, _("Показания переданы: цифры те же, что в прошлый раз."))
        return redirect("account-readings", account_public_id=account_public_id)
    answers = {key: each.block for key, each in done.items()}
    asked = gathered(request, answers=answers, prefixed=True, only=account_public_id)
    return render(request, "cabinet/readings.html", {"sheet": asked}, status=422)


def _blocks(sheet: ReadingsSheet) -> list[MeterBlock]:
    return [block for section in sheet.sections for account in section.accounts for block in account.blocks]


def _waiting(sheet: ReadingsSheet) -> list[MeterBlock]:
    """The meters that wait for readings of the open window."""
    return [
        block
        for section in sheet.sections
        for account in section.accounts
        if account.waits
        for block in account.blocks
        if not block.hindrance and block.sent is None
    ]


def _page(
    request: HttpRequest, sheet: ReadingsSheet, blocks: list[MeterBlock], *, status: int = 200
) -> HttpResponse:
    card = sheet.sections[0].accounts[0].card
    return render(
        request,
        "cabinet/readings_same.html",
        {"card": card, "blocks": blocks, "windows": sheet.windows},
        status=status,
    )

"""A month of a provider, from consumption to bills, as the command line does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from svet.billing import operations as billing
from svet.bills import operations as bills
from svet.config.failures import Failure
from svet.kernel.periods import Month
from svet.look.formats import roubles
from svet.subscribers.models import Provider


def bill_month(*, period: str, code: str, issue: bool, now: datetime, say: Callable[[str], None]) -> None:
    """Charge and issue for one provider or all. :raises Failure: no such month or provider"""
    month, chosen = chosen_month(period=period, code=code)
    for provider in chosen:
        report = billing.run(provider_id=provider.pk, period=month, now=now)
        say(
            f"{provider.name}, {month}: {report.charges} accounts charged {roubles(report.total_kopecks)},"
            f" {report.lines} lines, {report.estimated} by average, {report.problems} problems"
        )
        if issue:
            issued = bills.issue(provider_id=provider.pk, period=month, now=now)
            say(
                f"{provider.name}, {month}: {issued.issued} bills issued, {issued.already} were there already"
            )
            say_of_issue(issued, provider=provider, month=month, say=say)


def chosen_month(*, period: str, code: str) -> tuple[Month, list[Provider]]:
    """The month and the providers a command names. :raises Failure: no such month or provider"""
    try:
        month = Month.parse(period)
    except ValueError as error:
        raise Failure(str(error)) from None
    providers = Provider.objects.order_by("code")
    chosen = [provider for provider in providers if code in ("", provider.code)]
    if not chosen:
        known = ", ".join(provider.code for provider in providers) or "none yet"
        raise Failure(
            f"no provider is called {code!r}: there are {known}" if code else "there are no providers yet"
        )
    return month, chosen


def say_of_issue(
    issued: bills.IssueReport, *, provider: Provider, month: Month, say: Callable[[str], None]
) -> None:
    """Warn of what is wrong with the bills of a month that were issued all the same."""
    if issued.without_code:
        say(
            f"{provider.name}, {month}: WARNING: {issued.without_code} bills have no QR code for payment:"
            " fill in the provider's requisites (settlement account, BIC, bank, correspondent account)"
        )
    if issued.overtaken:
        say(
            f"{provider.name}, {month}: {issued.overtaken} accounts have a later bill already: what they were"
            " charged for this month stands on their next bill"
        )

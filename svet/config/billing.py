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
    try:
        month = Month.parse(period)
    except ValueError as error:
        raise Failure(str(error)) from None
    providers = Provider.objects.order_by("code")
    chosen = [provider for provider in providers if code in ("", provider.code)]
    if not chosen:
        known = ", ".join(provider.code for provider in providers) or "none yet"
        raise Failure(
            f"no provider is called «{code}»: there are {known}" if code else "there are no providers yet"
        )
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

"""Every look in turn, the worst told first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.cli.doctor import machine, office
from svet.cli.doctor.components import look_at_components
from svet.cli.doctor.findings import Finding, Health


def look(*, now: datetime) -> list[Finding]:
    """All that was found, the worst first; without tables nothing behind them is looked at."""
    found = [*machine.look_at_database(now=now), *machine.look_at_settings(), *machine.look_at_disk()]
    found += machine.look_at_print_files(now=now)
    if not any(each.health is Health.ILL for each in found[:1]):
        production = settings.ENV == "production"
        found += [
            *office.look_at_set_up(),
            *office.look_at_suppliers(now=now, production=production),
            *office.look_at_law(now=now),
            *office.look_at_receipts(now=now),
            *machine.look_at_worker(now=now),
            *machine.look_at_keys(),
            *machine.look_at_scanner(now=now),
            *(machine.look_at_care(now=now) if production else ()),
            *(look_at_components(now=now) if production else ()),
        ]
    found += machine.look_outside()
    return sorted(found, key=lambda each: -each.health)


def told(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings as lines, and one that counts them."""
    signs = {Health.ILL: "✗", Health.SOON: "!", Health.WELL: "✓"}
    for each in findings:
        advice = f"  → {each.advice}" if each.advice else ""
        yield f"{signs[each.health]} {each.what}: {each.said}{advice}"
    ill = sum(each.health is Health.ILL for each in findings)
    if ill:
        yield ngettext(
            "Мешает работать %(count)s неполадка.", "Мешают работать неполадки: %(count)s.", ill
        ) % {"count": ill}
    else:
        yield _("Работать можно.")

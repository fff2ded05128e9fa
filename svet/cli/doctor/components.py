"""How long ago somebody last looked for newer versions of what Svet stands on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from svet.cli.doctor.findings import Finding, Findings, Health
from svet.look.formats import day

#: Written by `make upgrade`, which resolves every requirement anew; `make lock` keeps old pins.
RESOLVED = date(2026, 11, 25)
#: What docs/security.md promises: everything is brought up to date each quarter.
QUARTER = timedelta(days=92)


def look_at_components(*, now: datetime, resolved: date = RESOLVED) -> Findings:
    """Whether the libraries of this version are older than we promise to leave them."""
    what = _("Библиотеки")
    if now.date() - resolved > QUARTER:
        said = _("Подобраны {day}, больше квартала назад.").format(day=day(resolved))
        yield Finding(Health.SOON, what, said, _("новая версия Света"))
    else:
        yield Finding(Health.WELL, what, _("Подобраны {day}.").format(day=day(resolved)))

"""Whose portal the demo is: said once, so that a demo set up otherwise keeps what it was told."""

from __future__ import annotations

from svet.site.operations import InstallationDetails, set_up
from svet.site.queries import is_set_up


def name_the_retailer() -> None:
    """Set the demo up as the retailer of the sample town, unless it is set up."""
    if is_set_up():
        return
    set_up(
        details=InstallationDetails(
            brand="Уралэнергосбыт",
            legal_name="ООО «Уралэнергосбыт»",
            hotline="8-351-2222-500",
            hotline_hours="пн–пт 8:00–19:00",
            site_url="https://uralsbyt.ru/",
        )
    )

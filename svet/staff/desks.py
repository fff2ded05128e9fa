"""Every desk, in the order of the menu. A desk is a module with ``DESK`` and ``urlpatterns``, named here."""

from __future__ import annotations

from svet.staff import (
    accounts,
    appeals,
    controls,
    deliveries,
    disputes,
    limits,
    links,
    members,
    money,
    printing,
    readings,
    requests,
    viewed,
)
from svet.staff.desk import Desk

MODULES = (
    accounts,
    links,
    readings,
    controls,
    disputes,
    money,
    requests,
    appeals,
    printing,
    deliveries,
    limits,
    members,
    viewed,
)
DESKS: tuple[Desk, ...] = tuple(module.DESK for module in MODULES)

"""Every desk, in the order of the menu. A desk is a module with ``DESK`` and ``urlpatterns``, named here."""

from __future__ import annotations

from svet.staff.accounts import page as accounts_page
from svet.staff.acts import page as acts_page
from svet.staff.appeals import page as appeals_page
from svet.staff.billing import page as billing_page
from svet.staff.limits import page as limits_page
from svet.staff.links import page as links_page
from svet.staff.members import page as members_page
from svet.staff.messages import page as messages_page
from svet.staff.money import page as money_page
from svet.staff.outages import page as outages_page
from svet.staff.printing import page as printing_page
from svet.staff.readings import controls, disputes
from svet.staff.readings import page as readings_page
from svet.staff.registers import page as registers_page
from svet.staff.requests import page as requests_page
from svet.staff.setup import page as setup_page
from svet.staff.shell.desk import Desk
from svet.staff.signatures import page as signatures_page
from svet.staff.state import page as state_page
from svet.staff.viewed import page as viewed_page

MODULES = (
    accounts_page,
    links_page,
    readings_page,
    controls,
    disputes,
    acts_page,
    signatures_page,
    money_page,
    registers_page,
    requests_page,
    appeals_page,
    outages_page,
    billing_page,
    printing_page,
    messages_page,
    limits_page,
    members_page,
    viewed_page,
    setup_page,
    state_page,
)
DESKS: tuple[Desk, ...] = tuple(module.DESK for module in MODULES)

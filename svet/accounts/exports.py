"""What the room shows a person of their links to accounts, and how it forgets them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from svet.accounts.operations.leaving import leave_accounts
from svet.accounts.queries.copies import links_of
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare

EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="accounts",
            title=gettext_lazy("Лицевые счета в кабинете"),
            place=30,
            rows=lambda who: links_of(person_id=who.person_id)[:MOST_ROWS],
        ),
    ),
    forget=leave_accounts,
)

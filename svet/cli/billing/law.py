"""Rows of law as the command line shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from svet.look.formats import day, number
from svet.tariffs.queries.law import law_entries, law_in_force
from svet.tariffs.rules.law import DatedRule
from svet.tariffs.rules.law_entries import LawEntryKind
from svet.tariffs.texts.law import entry_words, kind_name

_SHOWN: Final = 3


def show_law(*, whole: bool, say: Callable[[str], None]) -> None:
    """Each table with its newest rows, or all; then the rows that were entered, withdrawn ones too."""
    known = law_in_force()
    for name, rules in (
        (kind_name(LawEntryKind.KEY_RATE), known.key_rates.rules),
        (kind_name(LawEntryKind.PENALTY_CAP), known.penalty_caps.rules),
        (_("Рабочий календарь"), known.calendars.rules),
    ):
        say(name)
        _rules(rules, whole=whole, say=say)
    say(kind_name(LawEntryKind.MORATORIUM))
    for each in known.moratoria:
        where = each.region or _("вся страна")
        say(f"  {day(each.since)} – {day(each.until)}  {where}  {each.act}")
    entries = law_entries()
    if entries:
        say(_("Внесено здесь"))
    for entry in entries:
        gone = _(", отозвано: {why}").format(why=entry.withdrawn_because) if entry.withdrawn_at else ""
        say(f"  № {entry.number}  {entry_words(entry.entry)}{gone}")


def _rules(rules: Sequence[DatedRule[Any]], *, whole: bool, say: Callable[[str], None]) -> None:
    for rule in rules if whole else rules[-_SHOWN:]:
        until = day(rule.until) if rule.until else "…"
        value = "" if rule.value is None else f"  {number(rule.value)} %"
        say(f"  {day(rule.since)} – {until}{value}  {rule.act}")

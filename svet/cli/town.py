"""Lets the sandbox build the sample town and tells the terminal about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from svet.sandbox.town import employees, operations, queries
from svet.sandbox.town.retailer import name_the_retailer
from svet.sandbox.town.settings import town_settings


def build_town(*, say: Callable[[str], None]) -> None:
    """Build what is missing of the town; the sign-ins are said as soon as they work."""
    now = datetime.now(UTC)
    town = town_settings(today=now.date())
    name_the_retailer()
    if not queries.summary(today=now.date(), now=now)["complete"]:
        operations.build_first(town=town, now=now, progress=say)
        _say_sign_ins(say)
        operations.build_rest(town=town, now=now, progress=say)
    else:
        employees.open_office(now=now)  # a town built by a version without an office gets one
        _say_sign_ins(say)


def _say_sign_ins(say: Callable[[str], None]) -> None:
    say("Ready sign-ins (phone, password):")
    for one in queries.sign_ins():
        say(f"  {one.phone}  {one.password}  {one.name}: {one.about}")
    say("Ready staff sign-ins at /staff/ (phone, password, secret for an authenticator application):")
    for each in queries.work_sign_ins(now=datetime.now(UTC)):
        say(f"  {each.phone}  {each.password}  {each.secret}  {each.name}: {each.about}")
    say("  /sandbox/ shows the code an application would show now.")

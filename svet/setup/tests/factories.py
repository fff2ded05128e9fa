"""A retailer and a supplier as a set-up says them, for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from svet.kernel.actors import Actor
from svet.setup.operations import desk
from svet.setup.operations.writing import write
from svet.setup.queries import present, waiting_drafts
from svet.setup.rules import SetupPlan

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
RETAILER = {
    "brand": "Свет Поволжья",
    "legal_name": "АО «Свет Поволжья»",
    "hotline": "8-800-100-20-30",
    "hours": "пн–пт 8:00–20:00",
    "site": "",
    "address": "",
    "reception_email": "",
    "primary_color": "#0f3b4a",
    "accent_color": "#ffb938",
}
SUPPLIER = {
    "code": "volga",
    "name": "Свет Поволжья",
    "legal_name": "АО «Свет Поволжья»",
    "region": "Самарская область",
    "inn": "7707083893",
    "kpp": "773601001",
    "bic": "044525225",
    "bank": "ПАО Банк",
    "account": "40702810938000000001",
    "correspondent_account": "30101810400000000225",
    "account_lengths": "10",
    "window": "15–25",
    "due_day": "15",
    "time_zone": "Europe/Samara",
    "hotline": "",
    "service": "electricity",
    "norm": "94.5",
}


def stand() -> None:
    """One retailer with one supplier, by the command."""
    state = present(now=NOW)
    write(SetupPlan(retailer=RETAILER, suppliers={"volga": SUPPLIER}), made_of=state, now=NOW)


def make_draft(*, person_id: int, now: datetime = NOW) -> str:
    """A supplier that a member has asked for and nobody has signed; its public id."""
    by = Actor.staff(person_id, name="Смирнова Ольга (security)")
    desk.ask_for_supplier(wanted=SUPPLIER, reason="письмо банка", by=by, now=now)
    return waiting_drafts()[-1].public_id

"""What import-linter cannot see: foreign keys written as strings, and the schema itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Model

ROOT = Path(__file__).resolve().parent.parent.parent


def floors() -> dict[str, int]:
    """Room → floor number, counted from the ground, as the contract of pyproject.toml has them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(c for c in config["tool"]["importlinter"]["contracts"] if c["id"] == "floors")
    layers = list(reversed(contract["layers"]))
    return {room.strip(): floor for floor, layer in enumerate(layers) for room in layer.split("|")}


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("svet.")]


def climbing(model: type[Model]) -> list[str]:
    """Relations of a model that lead to a room above, or beside, its own."""
    heights = floors()
    here = model._meta.app_label
    found = []
    for field in model._meta.get_fields():
        target = field.related_model if field.concrete and field.is_relation else None
        if not isinstance(target, type) or not target.__module__.startswith("svet."):
            continue
        there = target._meta.app_label
        if there != here and heights[there] >= heights[here]:
            found.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    return found


def test_no_foreign_key_climbs() -> None:
    assert [line for model in our_models() for line in climbing(model)] == []


def test_every_constraint_and_index_of_ours_has_a_name_of_its_room() -> None:
    unnamed = [
        f"{model._meta.label}: {constraint.name}"
        for model in our_models()
        for constraint in model._meta.constraints
        if re.search(r"_[0-9a-f]{8}(_|$)", constraint.name)
    ]
    assert unnamed == []


@pytest.mark.django_db
def test_migrations_are_whole() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)

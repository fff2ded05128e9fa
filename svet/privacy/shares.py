"""Every room's part of a person's data, as the rooms themselves declare it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from svet.kernel.personal import ExportSection, PersonalShare


@cache
def shares() -> dict[str, PersonalShare]:
    """The share of each room that has one, upper floors first: who leans on others forgets before them."""
    found: dict[str, PersonalShare] = {}
    for config in reversed(list(apps.get_app_configs())):
        if config.name.startswith("svet.") and module_has_submodule(config.module, "exports"):
            found[config.label] = import_module(f"{config.name}.exports").EXPORT
    return found


@cache
def sections() -> tuple[ExportSection, ...]:
    """The sections of all rooms in the order of the page."""
    found = [one for share in shares().values() for one in share.sections]
    return tuple(sorted(found, key=lambda one: one.place))

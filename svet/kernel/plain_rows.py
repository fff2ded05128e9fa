"""Rows of models made from what the database answered, without what Django does for everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import FileField, Model
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init


class _PlainMaker:
    """Makes rows of a model as its ``from_db`` does, without the ceremony of ``__init__``.

    Django sets field by field what stands in no other place than the dictionary of the row in the end.
    """

    def __init__(self, model: type[Model]) -> None:
        self._model = model

    def from_db(self, using: str, names: Sequence[str], values: Sequence[Any]) -> Model:
        """One row; a field that was not asked for is fetched when it is looked at."""
        one = self._model.__new__(self._model)
        one.__dict__.update(zip(names, values, strict=True))
        one._state = ModelState()
        one._state.adding, one._state.db = False, using
        return one


def maker_of(model: type[Model]) -> Any:
    """Who makes rows of the model: the model itself if it, or somebody who listens, has a say in it."""
    own: Any = model
    has_a_say = (
        own.__init__ is not Model.__init__
        or own.from_db.__func__ is not Model.from_db.__func__  # type: ignore[attr-defined]
        or any(isinstance(each, FileField) for each in own._meta.concrete_fields)
        or pre_init.has_listeners(model)
        or post_init.has_listeners(model)
    )
    return model if has_a_say else _PlainMaker(model)


def make_plainly(populators: Sequence[Any]) -> None:
    """Let Django's own readers of joined rows make them plainly too."""
    for each in populators:
        each.model_cls = maker_of(each.model_cls)
        make_plainly(each.related_populators)

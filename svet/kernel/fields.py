"""Model fields shared by the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import Exact, In

from svet.kernel.ids import PUBLIC_ID_LENGTH, is_public_id, new_public_id

# Django's fields are generic for the type checker only.
if TYPE_CHECKING:
    _TextField = models.CharField[str, str]
else:
    _TextField = models.CharField


class PublicIdField(_TextField):
    """The random id by which the outside knows a row; the bigint key stays inside.

    Looked up by what cannot be such an id (a NUL, ten kilobytes, other letters), it finds no row, and the
    database is not asked.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {
            "max_length": PUBLIC_ID_LENGTH,
            "unique": True,
            "editable": False,
            "default": new_public_id,
        }
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("max_length", "unique", "editable", "default"):
            kwargs.pop(given, None)
        return name, path, args, kwargs


@PublicIdField.register_lookup
class PublicIdExact(Exact):
    """``public_id="…"``."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value() and not is_public_id(self.rhs):
            raise EmptyResultSet
        return super().as_sql(compiler, connection)


@PublicIdField.register_lookup
class PublicIdIn(In):
    """``public_id__in=[…]``: only what can be an id is looked for."""

    def get_prep_lookup(self) -> Any:
        if self.rhs_is_direct_value():
            self.rhs = [text for text in self.rhs if is_public_id(text)]
        return super().get_prep_lookup()

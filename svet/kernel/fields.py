"""Model fields shared by the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from svet.kernel.ids import PUBLIC_ID_LENGTH, new_public_id

# Django's fields are generic for the type checker only.
if TYPE_CHECKING:
    _TextField = models.CharField[str, str]
else:
    _TextField = models.CharField


class PublicIdField(_TextField):
    """The random id by which the outside knows a row; the bigint key stays inside."""

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

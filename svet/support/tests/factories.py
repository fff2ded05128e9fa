"""Appeals and photos for tests."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image

from svet.kernel.actors import Actor
from svet.people.models import Person
from svet.support import operations
from svet.support.models import Appeal


def picture(*, color: str = "teal", size: tuple[int, int] = (8, 8)) -> bytes:
    """A small PNG; another colour is another picture."""
    file = BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


def make_appeal(*, person: Person, now: datetime, **details: Any) -> Appeal:
    """An appeal of the person with one photo."""
    by = Actor.person(person.pk)
    photo = operations.keep_photo(raw=picture(), by=by, now=now)
    values: dict[str, Any] = {
        "topic": "bill",
        "words": "Почему в октябре больше?",
        "key": uuid4(),
        "photo_public_ids": [photo],
    }
    opened = operations.open_appeal(by=by, now=now, **(values | details))
    return Appeal.objects.get(public_id=opened.public_id)

"""Reading photos; who may see one is asked where the thing it proves lives."""

from __future__ import annotations

from svet.files.models import Photo


def jpeg_of(photo_key: int) -> bytes:
    """The bytes of a photo by its inner key. :raises Photo.DoesNotExist:"""
    return bytes(Photo.objects.only("jpeg").get(pk=photo_key).jpeg)


def jpeg_by_id(public_id: str) -> bytes | None:
    """The bytes of a photo by its outer id; None: it is forgotten."""
    row = Photo.objects.only("jpeg").filter(public_id=public_id).first()
    return None if row is None else bytes(row.jpeg)

"""Reading photos; who may see one is asked where the thing it proves lives."""

from __future__ import annotations

from svet.files.models import Photo


def jpeg_of(photo_key: int) -> bytes:
    """The bytes of a photo by its inner key. :raises Photo.DoesNotExist:"""
    return bytes(Photo.objects.only("jpeg").get(pk=photo_key).jpeg)

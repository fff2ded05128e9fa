"""Photos on their way in: never more than the limit is held, and never on the disk."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

from svet.files.rules import MOST_BYTES


class PhotoUploadHandler(FileUploadHandler):
    """Takes the fields named ``photo…`` for itself; every other file goes on to the next handler.

    Of a file over the limit one byte more than the limit is kept, so that the check sees that it is too large
    and says so beside the field; the rest is let go as it comes.
    """

    _buffer: BytesIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._buffer = None
        if str(self.field_name).startswith("photo"):
            self._buffer = BytesIO()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self._buffer is None:
            return raw_data
        self._buffer.write(raw_data[: max(0, MOST_BYTES + 1 - self._buffer.tell())])
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self._buffer is None:
            return None
        size = self._buffer.tell()
        self._buffer.seek(0)
        return InMemoryUploadedFile(
            file=self._buffer,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

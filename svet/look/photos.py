"""A photo as an answer: it is a picture and can be nothing else, and nobody keeps a copy."""

from __future__ import annotations

from django.http import HttpResponse  # noqa: TID251 every face shows photos, and alike


def photo_response(jpeg: bytes) -> HttpResponse:
    """The JPEG with headers that leave a browser nothing to guess and nothing to run."""
    return HttpResponse(
        jpeg,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": 'inline; filename="reading.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )

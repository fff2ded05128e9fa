"""A PDF in the making, safe from other threads: the library underneath is not.

reportlab reads a font through one object that all documents share, and moves about in it while it measures
and cuts out letters; two threads in it at once give wrong files or none. Its work is Python's own, which runs
in one thread at a time anyway, so one lock costs nothing. It is held for a page or for the saving, not for a
whole batch: between pages all that is unfinished belongs to the document alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from svet.bills.drawing.pen import Pen, register_fonts

WIDTH, HEIGHT = A4
_LOCK = Lock()


class Sheets:
    """A4 pages one after the other; equal pages give equal bytes."""

    def __init__(self, *, title: str, author: str, subject: str) -> None:
        self._buffer = BytesIO()
        with _LOCK:
            register_fonts()
            rl_config.useA85 = 0
            self._canvas = Canvas(self._buffer, pagesize=A4, invariant=1, pageCompression=1, lang="ru-RU")
            self._canvas.setTitle(title)
            self._canvas.setAuthor(author)
            self._canvas.setSubject(subject)
            self._canvas.setCreator("Svet")

    @contextmanager
    def page(self) -> Iterator[Pen]:
        """A pen on the next page, while every other thread waits."""
        with _LOCK:
            yield Pen(self._canvas, height=HEIGHT)
            self._canvas.showPage()

    def content(self) -> bytes:
        """The file; no page can be added afterwards."""
        with _LOCK:
            self._canvas.save()
        return self._buffer.getvalue()

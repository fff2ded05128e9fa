"""What Svet asks of a scanner of files."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO, Final, Protocol

#: The code of a ``Permanent``: the file is longer than the scanner takes.
TOO_LONG: Final = "too_long"


class Scanner(Protocol):
    """Looks files through, two verbs."""

    def look(self, stream: BinaryIO) -> str:
        """What the file is infected with, as the scanner calls it; empty when nothing was found.

        The stream is read once, from where it stands, and never held whole.

        :raises Temporary: nobody knows what is in it, ask again later
        :raises Permanent: it is not looked through as it is (``too_long``)
        """
        ...

    def signed_on(self) -> date | None:
        """Of what day its signatures are; None when it does not say.

        :raises Temporary: it does not answer
        """
        ...

"""How parts of long incoming messages are put together: by sender, in the order of their numbers."""

from __future__ import annotations

from typing import Final

from aiosmpplib.correlator import SimpleCorrelator
from aiosmpplib.protocol import DeliverSm

_MOST_OPEN: Final = 1_000


class Correlator(SimpleCorrelator):  # type: ignore[misc]  # the library ships no types
    """The library's would mix two senders who use the same reference, and puts part 10 before part 2."""

    def __init__(self, login: str) -> None:
        # The library keeps sent texts until their receipt: not for its default of three days.
        super().__init__(login, "", 15.0, 60.0)
        self._open: dict[tuple[str, int, int], dict[int, str]] = {}

    async def put_delivery_segmented(self, deliver_sm: DeliverSm) -> DeliverSm | None:
        """Keep a part; the whole message with the last of them."""
        reference, number, total = deliver_sm.get_segmentation_data()
        key = (deliver_sm.source.number, reference, total)
        parts = self._open.setdefault(key, {})
        parts[number] = deliver_sm.short_message or deliver_sm.message_payload
        if len(parts) < total:
            while len(self._open) > _MOST_OPEN:
                del self._open[next(iter(self._open))]
            return None
        del self._open[key]
        deliver_sm.short_message = "".join(parts[place] for place in sorted(parts))
        deliver_sm.message_payload = ""
        return deliver_sm

"""What an SMS centre reports of a message, read as kindly as centres differ (specification, appendix B)."""

from __future__ import annotations

import re
from typing import Any, Final

from aiosmpplib.protocol import MESSAGE_TYPE_MAP, DeliverSm
from aiosmpplib.state import RECEIPTED_MESSAGE_ID, SmppCommand

from svet.gateways.sms.port import DeliveryReceipt

#: Final words; the others (ENROUTE, ACCEPTD, UNKNOWN) are on the way.
_FINAL: Final = {"DELIVRD": True, "UNDELIV": False, "EXPIRED": False, "REJECTD": False, "DELETED": False}
#: The same words as numbers of the TLV message_state (specification, 5.2.28).
_STATES: Final = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}
_MESSAGE_STATE: Final = 0x0427
_FIELD = re.compile(r"\b(id|stat|err):([^ ]*)", re.IGNORECASE | re.ASCII)


class ReportedUnit(DeliverSm):  # type: ignore[misc]  # the library ships no types
    """The library's unit, but odd dates and letters in ``err:`` do not break the link."""

    def parse_receipt(self) -> dict[str, Any]:
        """The id and the words; dates and the text are nobody's concern here."""
        if not self.is_receipt():
            return {}
        tags = {param.tag: param.value for param in self.optional_params or []}
        found: dict[str, Any] = {name.lower(): value for name, value in _FIELD.findall(self.short_message)}
        own = str(tags.get(RECEIPTED_MESSAGE_ID, "")).rstrip("\0")
        if own:
            found["id"] = own
        if not found.get("stat") and tags.get(_MESSAGE_STATE) in _STATES:
            found["stat"] = _STATES[int(tags[_MESSAGE_STATE])]
        # The library's own bookkeeping wants a number.
        word = str(found.get("err", "0"))
        return found | {"err": int(word) if word.isascii() and word.isdigit() else 0, "error": word}


# The library looks its classes up here whenever a unit arrives.
MESSAGE_TYPE_MAP[SmppCommand.DELIVER_SM] = ReportedUnit


def read(unit: DeliverSm) -> DeliveryReceipt | None:
    """What became of the message, once that is final."""
    said = unit.parse_receipt()
    word = str(said.get("stat", "")).upper()
    delivered = _FINAL.get(word)
    if delivered is None or not said.get("id"):
        return None
    reason = "" if delivered else f"SMS centre: {word} {said.get('error', '')}".strip()
    return DeliveryReceipt(reference=str(said["id"]), delivered=delivered, reason=reason)

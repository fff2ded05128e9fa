"""What a person has written to the retailer, as plain values for their own copy."""

from __future__ import annotations

from typing import Any

from svet.support.queries import appeals_of


def written_by(*, person_id: int) -> list[dict[str, Any]]:
    """The person's appeals and what they wrote in them; the answers are the retailer's and come too."""
    return [
        {
            "number": appeal.number,
            "topic": appeal.topic.value,
            "state": appeal.state.value,
            "account": appeal.account_number,
            "opened_at": appeal.opened_at,
            "own": message.own,
            "at": message.at,
            "words": message.words,
            "photos": len(message.photos),
        }
        for appeal in appeals_of(person_id)
        for message in appeal.messages
    ]

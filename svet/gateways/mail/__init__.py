"""Letters, by whatever server Django's settings name."""

from __future__ import annotations

from svet.gateways.mail.port import Mail
from svet.gateways.mail.smtp import SmtpMail


def gateway() -> Mail:
    """The mail server of this installation."""
    return SmtpMail()

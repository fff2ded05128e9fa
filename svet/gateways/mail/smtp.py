"""Letters over Django's SMTP backend, with the server's answers sorted into our two failures."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.mail.port import Attachment
from svet.kernel.spans import span


class SmtpMail:
    """RFC 5321: an answer of 5xx is final, 4xx and silence are worth another try."""

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str,
        attachments: Sequence[Attachment],
        message_id: str,
    ) -> str:
        reference = f"<{message_id}@{_domain()}>"
        letter = EmailMultiAlternatives(
            subject=subject,
            body=text,
            to=[to],
            headers={"Message-ID": reference, "Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
        )
        if html:
            letter.attach_alternative(html, "text/html")
        for attachment in attachments:
            letter.attach(attachment.name, attachment.content, attachment.media_type)
        try:
            with span("mail", server=settings.EMAIL_HOST):
                letter.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _failure(code, answer) from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except BadHeaderError as error:
            raise Permanent("a header of the letter holds a line break") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary(f"mail server: {type(error).__name__}") from error
        return reference


def _failure(code: int, answer: bytes | str) -> Temporary | Permanent:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    kind = Permanent if 500 <= code < 600 else Temporary
    return kind(f"mail server: {code} {text}"[:180])


def _domain() -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"

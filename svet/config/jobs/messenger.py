"""Every minute a look whether the messenger tells us its news: it stops after hours without an answer."""

from __future__ import annotations

import logging
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

log = logging.getLogger("svet.jobs")


@app.periodic(cron="* * * * *")
@app.task(
    queue="care",
    name="config.attend_messenger",
    # Hearing what was missed may take longer than a minute: two at once would undo each other's subscription.
    lock="config.attend_messenger",
    queueing_lock="config.attend_messenger",
    pass_context=False,
)
def attend_messenger(timestamp: int) -> None:
    """Ask the messenger for its news where nobody has, after hearing what was missed."""
    # Here and not above: tables are found only when Django is ready.
    from svet.gateways import messenger
    from svet.gateways.failures import GatewayFailure
    from svet.notices.jobs.messengers import take_update

    if not settings.MESSENGER_URL:
        return
    try:
        asked = messenger.gateway().attend(
            urljoin(settings.BASE_URL, reverse("callback-messenger")),
            lambda heard: take_update(heard, now=timezone.now()),
        )
    except GatewayFailure as failure:
        log.warning("nobody knows whether the messenger tells us its news: %s", failure)
        return
    if asked:
        log.info("the messenger tells us its news from now on")

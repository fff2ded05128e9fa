"""What a page says once, on the page after it: kept by the browser, in a cookie named as all of ours are."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class FlashStorage(CookieStorage):
    """Signed by Django, good for this host alone."""

    cookie_name = f"{settings.COOKIE_PREFIX}svet-messages"

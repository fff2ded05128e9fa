"""The WSGI entry point of the web workers."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from svet.config.checks import refuse_unsafe
from svet.config.privileges import die_with_parent

if "SVET_RUN" in os.environ:
    # Workers of a killed web server would keep its port for ever (SO_REUSEPORT).
    die_with_parent(signal.SIGKILL)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
application = get_wsgi_application()
refuse_unsafe()

"""How the processes speak: structured lines on standard error, each with the number of its request."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest

from svet.config.logs.faults import told, without_control, without_people

#: Lines of our own files and what ``faults`` makes of a fault.
_LONG = frozenset({"exception", "stack", "exc_info"})
#: Texts in which a phone is a phone: elsewhere eleven digits may be the number that a bank gave a payment.
_SPOKEN = frozenset({"event", "message", "path", "said"})

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def without_forgery(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A request as method and path, for its query may hold a phone; and no line that is not ours."""
    request = event.pop("request", None)
    if isinstance(request, HttpRequest):
        event["method"], event["path"] = request.method, request.path
    for name, value in event.items():
        if isinstance(value, str) and name not in _LONG:
            event[name] = without_control(without_people(value) if name in _SPOKEN else value)
    return event


def logging_settings(*, env: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: JSON in production, readable lines elsewhere; tests keep pytest's own handlers."""
    last: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if env == "production"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    steps = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        without_forgery,
        structlog.processors.ExceptionRenderer(told),
        last,
    ]
    quiet = {"procrastinate": "WARNING", "httpx": "WARNING", "httpcore": "WARNING", "fontTools": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": steps,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": [] if env == "test" else ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            **{name: {"level": quieter} for name, quieter in quiet.items()},
        },
    }


structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

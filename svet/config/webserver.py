"""The words that start granian, for the demo and for ``svet web``."""

from __future__ import annotations

POOL = {"SVET_DATABASE_POOL": "4"}


def web_server_words(*, host: str, port: int, workers: int, patience: int) -> list[str]:
    """Arguments for Python: worker processes of one thread each, which measured fastest."""
    return [
        "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "1", "--no-ws",
        # Without it a stop that comes while the pages are being imported hangs for ever.
        "--workers-kill-timeout", str(patience),
        "--respawn-failed-workers", "--log-level", "warning", "svet.config.wsgi:application",
    ]  # fmt: skip

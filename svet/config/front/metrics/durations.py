"""How long requests take, in the memory that all processes of one command share."""

from __future__ import annotations

from typing import Final

from prometheus_client import Histogram

#: Seconds: around what is promised for a page (60 ms at 70 %), and up to what a person gives up after.
STEPS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: The first step of an address tells its face; every other address is a page of the cabinet.
_FACES: Final = {
    "api": "api",
    "callbacks": "bank",
    "staff": "staff",
    "static": "static",
    "health": "probe",
    "ready": "probe",
    "metrics": "probe",
}
REQUESTS = Histogram(
    "svet_request_seconds", "From the whole head to the whole answer", ["face", "status"], buckets=STEPS
)


def face_of(path: str) -> str:
    """The face of an address: one of few words, whatever was asked for."""
    return _FACES.get(path.split("/", 2)[1] if path.startswith("/") else "", "cabinet")


def note_request(*, path: str, status: int, seconds: float) -> None:
    """Count one answer; of the status only its hundred, and the refusals by themselves."""
    told = str(status) if status in (429, 503) else f"{status // 100}xx"
    REQUESTS.labels(face_of(path), told).observe(seconds)

"""The outcome of a check."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from elasticsearch import ApiError, TransportError

from genfacet.connection import explain

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was looked at, how it is, what was found, and what to do about it."""

    about: str
    status: Status
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form of ``--json``."""
        return asdict(self)


def refused(about: str, error: ApiError | TransportError, remedy: str = "") -> Check:
    """A check that Elasticsearch did not answer."""
    found = (explain(error) or f"Elasticsearch could not be asked: {type(error).__name__}.").rstrip(".")
    cause = _root_cause(error)
    return Check(about, "fail", f"{found} ({cause})" if cause and cause not in found else found, remedy)


def _root_cause(error: ApiError | TransportError) -> str | None:
    """What a failed search says about the first shard that failed."""
    body = error.body if isinstance(error, ApiError) and error.meta.status != 401 else None
    details = body.get("error") if isinstance(body, dict) else None
    causes = details.get("root_cause") if isinstance(details, dict) else None
    reason = causes[0].get("reason") if causes else None
    return str(reason).rstrip(".") if reason else None

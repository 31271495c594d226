"""Which requests of Elasticsearch's API may carry facets."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote

from genfacet.sidecar.messages import Request

OWN = "/_genfacet/"


@dataclass(frozen=True, slots=True)
class Route:
    """A search or a multi-search, and the index expression of its path."""

    kind: Literal["search", "msearch"]
    target: str | None


def read_route(request: Request) -> Route | None:
    """The route of a search; None for everything else."""
    if request.method not in {"GET", "POST"}:
        return None
    parts = request.path.rstrip("/").split("/")
    kind = parts[-1].removeprefix("_")
    if kind not in {"search", "msearch"} or not parts[-1].startswith("_") or not 2 <= len(parts) <= 3:
        return None
    target = unquote(parts[1]) if len(parts) == 3 else None
    return Route("search" if kind == "search" else "msearch", target)


def params_of(query: str) -> dict[str, str]:
    """The parameters of a query string; of a repeated one the last holds, as in Elasticsearch."""
    return dict(parse_qsl(query, keep_blank_values=True))

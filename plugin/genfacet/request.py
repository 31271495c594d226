"""What a client asks for: the section ``ext.genfacet`` of a search body, checked."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genfacet.errors import RequestError
from genfacet.settings import EngineSettings, describe

Mode = Literal["filter", "soft", "rewrite", "auto"]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Value = Annotated[str, Field(min_length=1, max_length=512)]
MAX_SELECTED = 100


class FacetRequest(BaseModel):
    """``ext.genfacet`` of a request. Where a number is None the configuration decides."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    user_query: Annotated[str, Field(max_length=1024)] | None = None
    size: Annotated[int, Field(ge=1, le=20)] | None = None
    values: Annotated[int, Field(ge=1, le=50)] | None = None
    mode: Mode = "auto"
    deadline_ms: Annotated[int, Field(ge=0, le=5000)] | None = None
    selected: Annotated[dict[Name, list[Value]], Field(max_length=MAX_SELECTED)] = {}
    rewritten: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    locale: Annotated[str, Field(max_length=35)] | None = None
    session_id: Annotated[str, Field(max_length=256)] | None = None
    client_id: Annotated[str, Field(max_length=256)] | None = None
    source: Annotated[str, Field(max_length=64)] | None = None
    explain: bool = False

    def selections(self) -> dict[str, tuple[str, ...]]:
        """Selected values by facet, each once, facets without values left out."""
        return {name: tuple(dict.fromkeys(values)) for name, values in self.selected.items() if values}

    def filled(self, defaults: EngineSettings) -> "FacetRequest":
        """The request with every number decided."""
        return self.model_copy(
            update={
                "size": self.size if self.size is not None else defaults.size,
                "values": self.values if self.values is not None else defaults.values,
                "deadline_ms": self.deadline_ms if self.deadline_ms is not None else defaults.deadline_ms,
            }
        )


def read_request(section: Any, known_sources: Collection[str] | None = None) -> FacetRequest:
    """Checks the section; raises RequestError, which names an unknown key and the nearest known one."""
    if not isinstance(section, Mapping):
        raise RequestError("[ext.genfacet] must be an object")
    try:
        request = FacetRequest.model_validate(section)
    except ValidationError as error:
        raise RequestError(f"[ext.genfacet] {describe(error, FacetRequest)}") from None
    if sum(map(len, request.selected.values())) > MAX_SELECTED:
        raise RequestError(f"[ext.genfacet] selected: at most {MAX_SELECTED} values")
    if request.source is not None and known_sources is not None and request.source not in known_sources:
        raise RequestError(
            f"[ext.genfacet] source: unknown source [{request.source}], known are {', '.join(sorted(known_sources))}"
        )
    return request

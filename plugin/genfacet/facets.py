"""What is shown: facet definitions, counted facets, selections, and the section of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["attribute", "range", "open"]
Selections = Mapping[str, tuple[str, ...]]
"""Selected values by facet name, in the order in which they were chosen."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A facet before it is counted. It holds nothing of any document but labels and values.

    ``by_count``: the values have no order of their own and are shown by their counts. ``model``: the version of the
    model that wrote it.
    """

    name: str
    label: str
    kind: Kind
    source: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    by_count: bool = False
    explanation: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None

    def __post_init__(self) -> None:
        if len(self.values) != len(self.labels):
            raise ValueError("every value has a label")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value with its count; None where it could not be counted in time."""

    value: str
    label: str
    count: int | None
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A verified facet, as a shopper sees it; ``model`` as in its definition."""

    name: str
    label: str
    kind: Kind
    source: str
    reason: str
    values: tuple[FacetValue, ...]
    explanation: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None

    def as_json(self, explain: bool = False) -> dict[str, Any]:
        """The facet in the form of the contract; ``explain`` adds the figures behind the choice."""
        shown: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "source": self.source,
            "multi_select": True,
            "reason": self.reason,
            "values": [
                {"value": v.value, "label": v.label, "count": v.count, "selected": v.selected} for v in self.values
            ],
        }
        if explain and self.explanation:
            shown["explanation"] = {key: round(number, 4) for key, number in self.explanation.items()}
        return shown

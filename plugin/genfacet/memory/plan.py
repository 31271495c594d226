"""A plan: the facets that an expert would offer for a query, and better queries for what is selected."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genfacet.errors import SettingsError

MOST_FACETS = 20
MOST_VALUES = 50
LONGEST = 512
"""Characters of a name, a label, a value or a query."""


class PlanError(ValueError):
    """What is wrong with the form of a plan, in one sentence."""


@dataclass(frozen=True, slots=True)
class PlannedFacet:
    """One facet: a closed one by the name of its attribute, an open one (``~name``) with a label of its own."""

    name: str
    label: str | None
    values: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether its values are a shopper's words."""
        return self.name.startswith("~")

    def as_json(self) -> dict[str, Any]:
        """The form that `read_plan` reads."""
        label = {} if self.label is None else {"label": self.label}
        return {"name": self.name, **label, "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The query to execute instead, once these values are selected."""

    selected: Mapping[str, tuple[str, ...]]
    query: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one query. ``near`` names the plan that it adapts, ``area`` the kind of product."""

    query: str
    facets: tuple[PlannedFacet, ...]
    rewrites: tuple[Rewrite, ...] = ()
    area: str | None = None
    near: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The form that `read_plan` reads."""
        named = {"area": self.area, "near": self.near}
        return {
            "query": self.query,
            **{name: text for name, text in named.items() if text is not None},
            "facets": [facet.as_json() for facet in self.facets],
            "rewrites": [{"selected": _lists(one.selected), "query": one.query} for one in self.rewrites],
        }


def _lists(selected: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in selected.items()}


def read_plans(file: Path) -> Iterator[tuple[int, Plan | PlanError]]:
    """The plans of a file of JSON Lines with their line numbers; a PlanError stands for one that is malformed.

    Raises SettingsError where the file cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read as text: {error}") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _read_or_refuse(line)


def _read_or_refuse(line: str) -> Plan | PlanError:
    try:
        return read_plan(json.loads(line))
    except PlanError as error:
        return error
    except (ValueError, RecursionError):
        return PlanError("the line is not JSON")


def read_plan(given: Any) -> Plan:
    """A plan from parsed JSON; raises PlanError."""
    if not isinstance(given, Mapping):
        raise PlanError("a plan is a JSON object")
    facets = tuple(_read_facet(facet) for facet in _list(given, "facets", MOST_FACETS))
    if not facets:
        raise PlanError("a plan has facets")
    if len({facet.name for facet in facets}) < len(facets):
        raise PlanError("a facet is named twice")
    rewrites = tuple(_read_rewrite(rewrite) for rewrite in _list(given, "rewrites", MOST_FACETS))
    return Plan(_text(given, "query"), facets, rewrites, _optional(given, "area"), _optional(given, "near"))


def _read_facet(given: Any) -> PlannedFacet:
    if not isinstance(given, Mapping):
        raise PlanError("a facet is a JSON object")
    name = _text(given, "name")
    label = _optional(given, "label")
    if name.startswith("~") and label is None:
        raise PlanError(f"the open facet {name} has no label")
    return PlannedFacet(name, label, _texts(given, "values"))


def _read_rewrite(given: Any) -> Rewrite:
    selected = given.get("selected") if isinstance(given, Mapping) else None
    if not isinstance(selected, Mapping) or not selected:
        raise PlanError("a rewrite says what is selected")
    return Rewrite({name: _texts(selected, name) for name in selected}, _text(given, "query"))


def _list(given: Mapping[str, Any], key: str, most: int) -> list[Any]:
    found = given.get(key, [])
    if not isinstance(found, list) or len(found) > most:
        raise PlanError(f"{key} is a list of at most {most}")
    return found


def _texts(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = _list(given, key, MOST_VALUES)
    if not found or not all(isinstance(text, str) and 0 < len(text) <= LONGEST for text in found):
        raise PlanError(f"{key} is a list of texts of 1 to {LONGEST} characters")
    if len(set(found)) < len(found):
        raise PlanError(f"{key} names a value twice")
    return tuple(found)


def _text(given: Mapping[str, Any], key: str) -> str:
    text = given.get(key)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        raise PlanError(f"{key} is a text of 1 to {LONGEST} characters")
    return text


def _optional(given: Mapping[str, Any], key: str) -> str | None:
    return None if given.get(key) is None else _text(given, key)

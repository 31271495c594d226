"""What a report.json holds: the figures of an evaluation or a simulation, checked as they are read."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from genfacet.errors import GenFacetError
from genfacet.settings import describe

LONGEST_TEXT = 200
"""Most characters of a text of the report that a page or a terminal repeats."""

FEWEST = 6
"""Fewer cases than this are noise, whatever the interval: of 5 differences of one sign, chance makes 1 in 16."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Better = Literal["higher", "lower", "neither"]


class ReportError(GenFacetError):
    """A file is no report."""


class _Part(BaseModel):
    # Keys that a later version adds are no reason to refuse the rest.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Interval(_Part):
    """A mean over `n` queries (or shoppers) with its 95 % bootstrap interval; all null where nothing was measured."""

    mean: Finite | None = None
    low: Finite | None = None
    high: Finite | None = None
    n: int = 0

    @property
    def beyond_noise(self) -> bool:
        """Whether an interval of differences leaves out 0, over cases enough to say so."""
        if self.low is None or self.high is None or self.n < FEWEST:
            return False
        return self.low > 0 or self.high < 0


class Metric(_Part):
    """One metric of every arm, and the paired differences to the baseline (arm minus baseline)."""

    label: str
    unit: str = ""
    better: Better
    group: str
    about: str = ""
    arms: dict[str, Interval]
    differences: dict[str, Interval] = {}

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is, 0 where it is neither."""
        return {"higher": 1, "lower": -1, "neither": 0}[self.better]

    def change(self, arm: str) -> Literal["better", "worse", "other", "noise", "unknown"]:
        """What the arm's difference to the baseline means."""
        difference = self.differences.get(arm)
        if difference is None or difference.mean is None:
            return "unknown"
        if not difference.beyond_noise:
            return "noise"
        direction = self.sign * difference.mean
        return "better" if direction > 0 else "worse" if direction < 0 else "other"


class ShownValue(TypedDict):
    """A value as a shopper saw it. A report has a million of them: dictionaries take a third of the memory."""

    label: str
    count: NotRequired[int | None]


class ShownFacet(TypedDict):
    """A facet as a shopper saw it."""

    name: str
    label: str
    kind: str
    values: list[ShownValue]


class QueryRow(_Part):
    """What one arm did for one query."""

    query: str
    arm: str
    figures: dict[str, Finite | None] = {}
    facets: list[ShownFacet] = []
    problem: str | None = None


class Latency(_Part):
    """Milliseconds of a page."""

    median_ms: Finite
    p95_ms: Finite


class Fitted(_Part):
    """Examination probabilities as estimated from clicks."""

    facets: list[Finite] = []
    results: list[Finite] = []


class Examination(_Part):
    """Examination probabilities of a layout by position, the first first, as the simulated shoppers have them."""

    facets: list[Finite] = []
    results: list[Finite] = []
    fitted: Fitted = Fitted()


class Plan(_Part):
    """What was laid down before the figures were seen."""

    test: str = ""
    horizon: int | None = None
    primary: str


class Queries(_Part):
    """How many queries were judged, how many of them used, and why the others were not."""

    judged: int = 0
    used: int = 0
    problems: dict[str, int] = {}


class Report(_Part):
    """A report.json."""

    kind: Literal["evaluation", "simulation"]
    simulated: bool
    command: str
    versions: dict[str, str]
    index: str
    settings: dict[str, str] = {}
    seed: int
    made_at: str
    seconds: Finite
    stages: dict[str, Finite] = {}
    arms: list[str] = Field(min_length=1)
    baseline: str
    queries: Queries = Queries()
    metrics: dict[str, Metric]
    per_query: list[QueryRow] = []
    latency: dict[str, Latency] = {}
    examination: dict[str, Examination] = {}
    plan: Plan | None = None

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if len(set(self.arms)) != len(self.arms):
            raise ValueError("an arm is listed twice")
        if self.baseline not in self.arms:
            raise ValueError("the baseline is none of the arms")
        if self.plan and self.plan.primary not in self.metrics:
            raise ValueError("the primary metric of the plan is none of the metrics")
        unknown = next((arm for arm in self._arms_named() if arm not in self.arms), None)
        if unknown is not None:
            raise ValueError(f"figures of an arm that is not listed: {printable(unknown, 80)}")
        if len({(row.query, row.arm) for row in self.per_query}) != len(self.per_query):
            raise ValueError("a query is listed twice for the same arm")
        return self

    def _arms_named(self) -> Iterator[str]:
        for metric in self.metrics.values():
            yield from chain(metric.arms, metric.differences)
        yield from chain(self.latency, (row.arm for row in self.per_query))

    @property
    def is_simulated(self) -> bool:
        """Whether every figure has to say so."""
        return self.simulated or self.kind == "simulation"

    @property
    def primary(self) -> str | None:
        """The metric that decides: the plan's, else the first that is better in one direction and was measured."""
        if self.plan:
            return self.plan.primary
        measured = (name for name, metric in self.metrics.items() if metric.sign and _measured(metric))
        return next(measured, None)


def _measured(metric: Metric) -> bool:
    return any(figure.mean is not None for figure in metric.arms.values())


def read_report(file: Path) -> Report:
    """Read a report.json; raises ReportError with one sentence."""
    name = printable(str(file))
    try:
        content = orjson.loads(file.read_bytes())
    except OSError as error:
        raise ReportError(f"{name} cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise ReportError(f"{name} is not JSON, or was cut short: {error}.") from None
    return check_report(content, name)


def check_report(content: Any, name: str = "the report") -> Report:
    """Check what was read, or is about to be written; raises ReportError with one sentence."""
    try:
        return Report.model_validate(content)
    except ValidationError as error:
        raise ReportError(f"{name} is no report of genfacet: {_problem(error)}.") from None


def _problem(error: ValidationError) -> str:
    return printable(describe(error, Report).removeprefix("the section: "))


def printable(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text of a query or a catalogue without control characters (terminal escapes, reversed reading), and bounded."""
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: longest + 1])
    return kept if len(text) <= longest else kept[: longest - 1] + "…"

"""What the sidecar counts and times. No query text and no user ever becomes a label."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST.encode()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one sidecar, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "genfacet_requests_total", "Requests answered.", ["route", "outcome"], registry=self._registry
        )
        self._stages = Histogram(
            "genfacet_stage_duration_seconds",
            "Time that a stage of a search took.",
            ["stage"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._sources = Counter(
            "genfacet_facets_source_total", "Facets shown, by source.", ["source"], registry=self._registry
        )
        self._passed = self._requests.labels("pass", "passed")

    def count(self, route: str, outcome: str) -> None:
        """Counts an answer."""
        self._requests.labels(route, outcome).inc()

    def count_pass(self) -> None:
        """Counts an answer that passed through: the hot path."""
        self._passed.inc()

    def time(self, seconds: Mapping[str, float]) -> None:
        """Takes the time of stages."""
        for stage, spent in seconds.items():
            self._stages.labels(stage).observe(spent)

    def count_facets(self, sources: Iterable[str]) -> None:
        """Counts facets by their source."""
        for source in sources:
            self._sources.labels(source).inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

"""The way of one query. The one place that knows the order of things and what happens when one of them fails.

The engine does no input or output. ``Engine.facets`` is a generator: it yields the sibling requests that it needs and
is sent their answers, so that the same text serves synchronous and asynchronous clients (see ``runner``), and tests.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any
from uuid import uuid4

from genfacet.background import Background, read_background
from genfacet.cache import TtlCache, list_key
from genfacet.catalog import Catalog, label_of
from genfacet.clauses import is_expressible, kind_of
from genfacet.control import Control
from genfacet.facets import Definition, Facet
from genfacet.generation import Generated, Generation
from genfacet.planning import Plan, make_plan, relax, without
from genfacet.probe import probe_request, read_probe
from genfacet.request import FacetRequest
from genfacet.rewriting import Pace, best_of, deciding_s, may_be_rewritten, question, read_answers, writing_s
from genfacet.settings import IndexSettings, Settings
from genfacet.sibling import Search, Sibling, is_approximate, is_whole, normalise
from genfacet.sources import Source, View
from genfacet.sources.configured import configured_sources
from genfacet.sources.consulting import Consulting
from genfacet.sources.definitions import define
from genfacet.values import words_of
from genfacet.verify import counts_request, read_counts, uncounted_facets, verified_facets

SPARE = 3
"""Facets proposed beyond the wanted ones, for those that do not survive counting."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Work that many searches wait for at once: it runs once per key, and on after a search gave up on it."""

    key: str
    work: Generator[Sibling, Mapping[str, Any], Background]


Asked = tuple[Generation, Generated]


@dataclass(frozen=True, slots=True)
class Notes:
    """How a list of facets came about, for people who ask why.

    ``asked``: what the student was asked, and what it said; ``refused``: open facets that were left out, by label, and
    why. Empty where the list was kept from an earlier search.
    """

    asked: list[Asked] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the facets of one search came to. ``missing``: selected (facet, value) that exist no more."""

    facets: tuple[Facet, ...]
    missing: tuple[tuple[str, str], ...] = ()
    exact: bool = True
    total: int | None = None
    timed_out: bool = False
    reason: str | None = None
    notes: Notes = field(default_factory=Notes)


Step = Sibling | Shared | Generation
Facets = Generator[Step, Any, Answer]


class Engine:
    """Plans searches and computes their facets.

    ``sources`` finds a source by its name; by default the installed ones, with the configured weights. Raises
    SettingsError where the configured source is not installed, or its weights cannot be read.
    """

    def __init__(
        self, settings: Settings, control: Control | None = None, sources: Callable[[str], Source] | None = None
    ) -> None:
        self.settings = settings
        self._source = sources or configured_sources(settings)
        self._source(settings.engine.source)  # one that is not there is told now, not in the answer to every search
        self.control = control or Control()
        options = settings.engine
        self._lists: TtlCache[str, tuple[Definition, ...]] = TtlCache(options.cache_entries, options.cache_ttl_s)
        self._rewrites: TtlCache[str, tuple[str | None, str | None]] = TtlCache(
            options.cache_entries, options.cache_ttl_s
        )
        self._pace = Pace()
        self._backgrounds: TtlCache[str, Background] = TtlCache(1000, options.background_ttl_s)
        self._catalogs = {name: index.catalog() for name, index in settings.indices.items()}
        self._digests = {name: index.model_dump_json() for name, index in settings.indices.items()}

    def index(self, target: str | None) -> tuple[str, IndexSettings] | None:
        """The configuration of an index expression: of that name, or the only one where the path names none."""
        indices = self.settings.indices
        if target is None and len(indices) == 1:
            target = next(iter(indices))
        return (target, indices[target]) if target is not None and target in indices else None

    def plan(self, search: Search, request: FacetRequest, audience: str) -> Plan:
        """How the search is executed. Where its index is not configured: as it came, without facets.

        With the better query, where one was decided on before.
        Raises RequestError for a search that no JSON can hold.
        """
        filled = request.filled(self.settings.engine)
        name = self._name(search)
        catalog = self._catalogs.get(name, Catalog({}, (), ()))
        plan = make_plan(search, filled, catalog, self.settings.engine.soft_weight)
        plan = self._keyed(replace(plan, index=name if name in self._catalogs else None, audience=audience))
        known = self._rewrites.get(plan.key) if self._is_rewritable(plan) else None
        return plan if known is None else self._worded(plan, known)

    def relaxed(self, plan: Plan, total: int) -> Plan | None:
        """The plan to execute instead, where a rewrite found nothing."""
        relaxed = relax(plan, total, self.settings.engine.soft_weight)
        return None if relaxed is None else self._keyed(relaxed)

    def may_be_rewritten(self, plan: Plan) -> bool:
        """Whether the student may be asked for a better query before this plan is executed."""
        return self._is_rewritable(plan) and self._rewrites.get(plan.key) is None

    def _is_rewritable(self, plan: Plan) -> bool:
        return self.settings.student.rewrite and may_be_rewritten(plan) and self._why_not(plan) is None

    def rewriting_s(self, plan: Plan) -> float:
        """Seconds that are worth waiting for a rewrite; 0 where it would come too late: then it serves the next."""
        return deciding_s(plan) if self._pace.is_within(writing_s(plan)) else 0.0

    def rewritten(self, plan: Plan, patience_s: float) -> Generator[Step, Any, Plan]:
        """The plan with a better query, where the student writes one within ``patience_s`` that holds against the plain
        one.

        What was decided once is kept: whoever selects the same next is served at once, see ``plan``.
        """
        if self.control.is_over_budget():
            return plan
        started = perf_counter()
        try:
            options = self.settings.engine
            asked = probe_request(normalise(plan.original), {}, plan.catalog, options.sample, titles=True)
            probe = read_probe((yield asked), {}, plan.catalog)
            generated = yield question(plan, probe, patience_s, self.settings.student.samples)
            self._pace.saw(generated, patience_s)
            others = [self._worded(plan, (text, generated.model)) for text in read_answers(plan, generated)]
            best = yield from best_of(plan, [other for other in others if other.mode == "rewrite"])
            if generated.finished:
                self._rewrites.put(plan.key, (best.rewritten, best.model))
            return best
        finally:
            self.control.spend((perf_counter() - started) * 1000)

    def _worded(self, plan: Plan, written: tuple[str | None, str | None]) -> Plan:
        """The plan with the words of a model of that version; the same plan where these are its own."""
        text, model = written
        if text == plan.rewritten:
            return plan
        request = plan.request.model_copy(update={"rewritten": text})
        other = make_plan(plan.original, request, plan.catalog, self.settings.engine.soft_weight)
        return self._keyed(replace(other, index=plan.index, audience=plan.audience, model=model))

    def without_missing(self, plan: Plan, answer: Answer) -> Plan | None:
        """The plan to execute instead, where selected values exist in the index no more."""
        if not answer.missing:
            return None
        reasons = dict.fromkeys(answer.missing, "the catalogue holds no such value any more")
        return self._keyed(without(plan, reasons, self.settings.engine.soft_weight))

    def facets(self, plan: Plan) -> Facets:
        """The facets of a plan: definitions, then their counts."""
        off = self._why_not(plan)
        if off is not None:
            return self.uncounted(plan, off)
        definitions = self._lists.get(plan.key)
        notes = Notes()
        if definitions is None:
            if self.control.is_over_budget():
                return self.uncounted(plan, "over budget")
            started = perf_counter()
            try:
                definitions = yield from self.proposals(plan, notes)
            finally:  # what is given up at its deadline has cost just as much
                self.control.spend((perf_counter() - started) * 1000)
        if not definitions:
            return Answer((), reason="nothing splits these results", notes=notes)
        answer = yield counts_request(plan.base, definitions, plan.selections, plan.catalog)
        counts = read_counts(answer, definitions, plan.selections)
        size, values = plan.request.size or 0, plan.request.values or 0
        facets = verified_facets(definitions, counts, plan.selections, size, values)
        exact = counts.exact and not is_approximate(plan.base)
        return Answer(
            tuple(facets),
            counts.missing,
            exact,
            counts.total,
            reason=None if facets else "nothing splits these results",
            notes=notes,
        )

    def uncounted(self, plan: Plan, reason: str, timed_out: bool = False) -> Answer:
        """The answer where counts could not be had: selected values come back, nothing else is shown."""
        definitions = [_as_selected(plan, name) for name in plan.selections]
        return Answer(tuple(uncounted_facets(definitions)), timed_out=timed_out, reason=reason)

    def proposals(self, plan: Plan, notes: Notes | None = None) -> Generator[Step, Any, tuple[Definition, ...]]:
        """Definitions chosen now: the probe, read by a source. Selected facets come first.

        They are kept for the next search where the probe has seen all shards, and nothing is still being written.
        ``notes`` are filled with how they came about.
        """
        request = plan.request
        source = self._source(request.source or self.settings.engine.source)
        background = (yield from self._background(plan)) if source.needs_background else None
        answer = yield probe_request(
            plan.base,
            plan.selections,
            plan.catalog,
            self.settings.engine.sample,
            titles=getattr(source, "needs_titles", False),
        )
        probe = read_probe(answer, plan.selections, plan.catalog)
        notes = notes or Notes()
        view = View(plan.user_query, probe, background, plan.catalog, notes.refused)
        wanted = ((request.size or 0) + SPARE, request.values or 0)
        if isinstance(source, Consulting):
            proposed = yield from _noting(source.consult(view, plan, *wanted), notes.asked)
        else:
            proposed = source.propose(view, *wanted)
        selected = [_selected(plan, name, view, request.values or 0) for name in plan.selections]
        definitions = (*selected, *_sound(proposed, plan))
        if is_whole(answer) and all(said.finished for _, said in notes.asked):
            self._lists.put(plan.key, definitions)
        return definitions

    def _background(self, plan: Plan) -> Generator[Shared, Background, Background]:
        key = f"{plan.index}\n{plan.audience}\n{self._digests[plan.index or '']}"
        known = self._backgrounds.get(key)
        if known is None:
            known = yield Shared(key, self._read_background(key, plan))
        return known

    def _read_background(self, key: str, plan: Plan) -> Generator[Sibling, Mapping[str, Any], Background]:
        background = yield from read_background(plan.base.target, plan.catalog)
        self._backgrounds.put(key, background)
        return background

    def _why_not(self, plan: Plan) -> str | None:
        if plan.index is None and plan.base.target is None and self._catalogs:
            return "the search names no index, and several are configured"
        if plan.index is None:
            return "the index is not configured: `genfacet init` writes its configuration"
        return self.control.why_not(plan.request.client_id or plan.request.session_id or plan.user_query or "")

    def _name(self, search: Search) -> str:
        found = self.index(search.target)
        return found[0] if found else ""

    def _keyed(self, plan: Plan) -> Plan:
        request = plan.request
        key = list_key(
            plan.base,
            plan.rewritten or plan.user_query,
            selections={name: list(values) for name, values in plan.selections.items()},
            locale=request.locale,
            audience=plan.audience,
            source=request.source,
            size=[request.size, request.values],
            configuration=self._digests.get(plan.index or ""),
        )
        return replace(plan, key=key)


def section(plan: Plan, answer: Answer, took_ms: int, shadow: bool = False) -> dict[str, Any]:
    """``ext.genfacet`` of an answer, as the contract has it."""
    facets = [facet for facet in answer.facets if not shadow or facet.name in plan.selections]
    written: dict[str, Any] = {
        "query_id": uuid4().hex,
        "took": took_ms,
        "timed_out": answer.timed_out,
        "model": plan.model or next((facet.model for facet in facets if facet.model), None),
        "ignored": [ignored.as_json() for ignored in plan.ignored],
        "query": {
            "original": plan.user_query,
            "rewritten": plan.rewritten,
            "mode": plan.mode,
            "relaxed": plan.relaxed,
        },
        "facets": [facet.as_json(plan.request.explain) for facet in facets],
    }
    if plan.request.explain and answer.notes.asked:
        written["student"] = [
            {"task": question.task, "prompt": question.prompt, "answers": list(said.texts), "finished": said.finished}
            for question, said in answer.notes.asked
        ]
    if plan.request.explain and answer.notes.refused:
        written["left_out"] = [{"label": label, "why": why} for label, why in answer.notes.refused.items()]
    if answer.reason is not None:
        written["reason"] = answer.reason
    if not answer.exact:
        written["count_relation"] = "approximate"
    return written


def _noting(
    work: Generator[Sibling | Generation, Any, Sequence[Definition]], asked: list[Asked]
) -> Generator[Step, Any, Sequence[Definition]]:
    """The work of a source, noting the questions to the student and what it said."""
    reply: Any = None
    while True:
        try:
            step = work.send(reply)
        except StopIteration as stop:
            found: Sequence[Definition] = stop.value
            return found
        reply = yield step
        if isinstance(step, Generation):
            asked.append((step, reply))


def _sound(proposed: Iterable[Definition], plan: Plan) -> Iterator[Definition]:
    """What can be counted and shown of what a source proposes: each facet once, with values, each once."""
    known = set(plan.selections)
    for definition in proposed:
        values = definition.values
        if definition.name in known or not values or len(set(values)) < len(values):
            continue
        if is_expressible(definition.name, values, plan.catalog):
            known.add(definition.name)
            yield definition


def _as_selected(plan: Plan, name: str) -> Definition:
    """The definition of a facet of which nothing is known but what was selected."""
    values = plan.selections[name]
    attribute = plan.catalog.attribute(name)
    label = attribute.label if attribute is not None else label_of(name)
    labels = tuple(words_of(value) if name.startswith("~") else value for value in values)
    return Definition(name, label, kind_of(name, values[0], plan.catalog), "selection", tuple(values), labels)


def _selected(plan: Plan, name: str, view: View, most: int) -> Definition:
    """The definition of a selected facet: its selected values, and what else the results hold without them."""
    chosen = _as_selected(plan, name)
    seen = view.probe.selected.get(name)
    offered = define(seen, "selection", most) if seen is not None else None
    if offered is None or not is_expressible(name, offered.values, plan.catalog):
        return chosen
    extra = [(v, label) for v, label in zip(chosen.values, chosen.labels, strict=True) if v not in offered.values]
    values = (*(v for v, _ in extra), *offered.values)
    labels = (*(label for _, label in extra), *offered.labels)
    return replace(offered, values=values, labels=labels)

"""From lessons to weights, and how much better these order facets than the other sources do."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from genfacet.sources import Source
from genfacet.sources.features import FEATURES, features
from genfacet.sources.ranker import Ranker, Weights
from genfacet.sources.ranking import words
from genfacet_training.evaluation.bootstrap import mean_interval, paired_difference
from genfacet_training.evaluation.metrics.ranking import ndcg_at
from genfacet_training.evaluation.splits import HeldOut, near_duplicates
from genfacet_training.ranker.lessons import VALUES, Lesson
from genfacet_training.ranker.listwise import Sample, fit

SIZE = 5
FEATURE_RIDGE = 0.5
WORD_RIDGE = 1.0
SEEN = 15
"""Candidates whose label must hold a word before it gets a weight."""
DIGITS = 4


def parted(lessons: Sequence[Lesson], judged: Iterable[str] = ()) -> tuple[list[Lesson], list[Lesson]]:
    """Those to learn from and the held-out ones, near-duplicates with them; ``judged`` queries are in neither."""
    held_out = HeldOut(lesson.query for lesson in lessons)
    taboo = list(judged)
    useful = [lesson for lesson in lessons if lesson.chosen and not _is_near(lesson.query, taboo)]
    return (
        [lesson for lesson in useful if lesson.query not in held_out],
        [lesson for lesson in useful if lesson.query in held_out],
    )


def _is_near(query: str, others: Iterable[str]) -> bool:
    return any(near_duplicates(query, other) for other in others)


def learn(lessons: Sequence[Lesson]) -> Weights:
    """The weights under which the choices of the lessons are the likeliest; raises ValueError without any choice."""
    counted = Counter(word for one in lessons for seen in one.candidates for word in words(seen.attribute.label))
    known = sorted(word for word, count in counted.items() if count >= SEEN)
    tables = [np.array([features(seen, one.view) for seen in one.candidates]) for one in lessons]
    spread = np.concatenate(tables).std(axis=0) + 1e-6 if tables else np.ones(len(FEATURES))
    samples = [_sample(one, table / spread, known) for one, table in zip(lessons, tables, strict=True)]
    ridge = np.concatenate([np.full(len(FEATURES), FEATURE_RIDGE), np.full(len(known), WORD_RIDGE)])
    weights = fit(samples, ridge)
    figures = tuple(round(float(weight), DIGITS) for weight in weights[: len(FEATURES)] / spread)
    learnt = {word: round(float(w), DIGITS) for word, w in zip(known, weights[len(FEATURES) :], strict=True)}
    return Weights(figures, {word: weight for word, weight in learnt.items() if weight})


def _sample(lesson: Lesson, table: Any, known: Sequence[str]) -> Sample:
    places = {word: place for place, word in enumerate(known)}
    cells = [
        (row, places[word])
        for row, seen in enumerate(lesson.candidates)
        for word in words(seen.attribute.label)
        if word in places
    ]
    rows, columns = ([row for row, _ in cells], [column for _, column in cells])
    shape = (len(lesson.candidates), len(known))
    names = [seen.attribute.name for seen in lesson.candidates]
    chosen = [names.index(name) for name in dict.fromkeys(lesson.chosen)]
    return Sample(table, csr_matrix((np.ones(len(cells)), (rows, columns)), shape=shape), chosen, lesson.weight)


def compare(lessons: Sequence[Lesson], weights: Weights, others: Mapping[str, Source], seed: int) -> dict[str, Any]:
    """nDCG@5 of each source on lessons, with its interval, and what the ranker has more (paired, by query)."""
    ranked = _agreement(lessons, Ranker(weights))
    report: dict[str, Any] = {"ranker": {"ndcg": mean_interval(ranked.values(), seed).as_json()}}
    for name, source in others.items():
        theirs = _agreement(lessons, source)
        report[name] = {
            "ndcg": mean_interval(theirs.values(), seed).as_json(),
            "ranker_minus": paired_difference(ranked, theirs, seed).as_json(),
        }
    return report


def _agreement(lessons: Sequence[Lesson], source: Source) -> dict[tuple[str, str], float | None]:
    found = {}
    for lesson in lessons:
        shown = [definition.name for definition in source.propose(lesson.view, SIZE, VALUES)]
        found[lesson.teacher, lesson.query] = ndcg_at(shown, lesson.chosen, SIZE)
    return found

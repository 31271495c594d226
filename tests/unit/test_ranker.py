"""The ranker: what it sees, weights from files, and weights learnt from choices."""

import json
from math import log, log1p
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from genfacet.catalog import Attribute, Catalog
from genfacet.engine import Engine
from genfacet.errors import SettingsError
from genfacet.probe import AttributeProbe, Probe
from genfacet.settings import parse_settings
from genfacet.sources import View
from genfacet.sources.features import FEATURES, features
from genfacet.sources.ranker import VERSION, Ranker, Weights, read_weights, shipped_weights
from genfacet_training.evaluation.documents import Document
from genfacet_training.ranker.lessons import Lesson, catalogue_queries
from genfacet_training.ranker.listwise import Sample, fit, scores
from genfacet_training.ranker.training import compare, learn, parted

NONE = (0.0,) * len(FEATURES)


def seen(name: str, docs: int, values: dict[str, int], others: int = 0, **more: object) -> AttributeProbe:
    attribute = Attribute(name, name.title(), "keyword")
    return AttributeProbe(attribute, docs, tuple(values.items()), others, **more)  # type: ignore[arg-type]


def view(query: str, *attributes: AttributeProbe, sampled: int = 100, total: int = 500) -> View:
    probe = Probe(total, sampled, {a.attribute.name: a for a in attributes}, {}, {})
    return View(query, probe, None, Catalog({}, (), ()))


def test_features_worked_out_by_hand() -> None:
    colour = seen("frame colour", 80, {"red, blue": 40, "A4": 20}, others=20)
    figures = dict(zip(FEATURES, features(colour, view("a red frame", colour)), strict=True))
    assert figures == pytest.approx(
        {
            "log_coverage": log(0.81),
            "coverage": 0.8,
            "coverage_of_many": 0.8 * log1p(500) / 8,
            "evenness": 0.75,  # half, a quarter, a quarter: 1.5 of 2 bits
            "largest": 0.5,
            "head": 0.75,
            "range": 0,
            "number": 0,
            "lists": 0.5,
            "digits": 0.5,
            "length": 5.5 / 40,
            "asked": 1,
            "label": 0.5,
        }
    )


def test_numbers_are_ranges_or_numbers() -> None:
    def kinds(attribute: AttributeProbe) -> tuple[float, float]:
        figures = dict(zip(FEATURES, features(attribute, view("x", attribute)), strict=True))
        return figures["range"], figures["number"]

    assert kinds(seen("price", 90, {"1": 2, "2": 2}, others=80, quantiles=(1.0, 2.0, 3.0, 4.0, 5.0))) == (1, 0)
    assert kinds(seen("trays", 90, {"1": 50, "2": 40}, quantiles=(1.0, 1.0, 1.0, 2.0, 2.0))) == (0, 1)


def test_words_and_figures_add_up() -> None:
    colour, size = seen("colour", 50, {"red": 25, "blue": 25}), seen("size", 90, {"S": 45, "L": 45})
    asked = view("shirt", colour, size)
    by_coverage = Ranker(Weights((0.0, 1.0, *NONE[2:]), {}))
    assert [found.name for found in by_coverage.propose(asked, 5, 6)] == ["size", "colour"]
    by_words = Ranker(Weights((0.0, 1.0, *NONE[2:]), {"colour": 0.5, "size": 0.0}))
    assert [found.name for found in by_words.propose(asked, 5, 6)] == ["colour", "size"]


def test_weights_that_ship_are_complete() -> None:
    weights = shipped_weights()
    assert len(weights.features) == len(FEATURES)
    assert len(weights.words) > 100


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "holds no weights"),
        (b"[]", "holds no weights"),
        (json.dumps({"ranker": VERSION, "features": {}, "words": {}}).encode(), "holds no weights"),
        (json.dumps({"ranker": VERSION + 1}).encode(), "of another version"),
        (json.dumps(Weights(NONE, {"a": 1}).as_json()).replace("1}", "NaN}").encode(), "holds no weights"),
        (json.dumps(Weights(NONE, {}).as_json() | {"words": {"a": "b"}}).encode(), "holds no weights"),
    ],
)
def test_a_file_that_holds_no_weights(content: bytes, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "ranker.json"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=sentence):
        read_weights(file)


def test_the_configuration_names_the_weights(tmp_path: Path) -> None:
    file = tmp_path / "ranker.json"
    with pytest.raises(SettingsError, match="cannot be read"):
        Engine(parse_settings({"engine": {"ranker": str(file)}}))
    file.write_text(json.dumps(Weights(NONE, {"odd": 2.0}).as_json()))
    engine = Engine(parse_settings({"engine": {"ranker": str(file)}}))
    plain, odd = seen("plain", 99, {"a": 50, "b": 49}), seen("odd", 9, {"a": 5, "b": 4})
    for name in ("ranker", "statistics"):
        assert engine._source(name).propose(view("x", plain, odd), 1, 6)[0].name == "odd"


def test_choices_teach_what_they_have_in_common() -> None:
    # In every list the one with the larger second column is chosen first; the first column is noise.
    chance = np.random.default_rng(3)
    samples = []
    for _ in range(60):
        table = chance.normal(size=(6, 2))
        order = np.argsort(-table[:, 1])
        samples.append(Sample(table, csr_matrix((6, 0)), [int(place) for place in order[:3]]))
    weights = fit(samples, np.full(2, 0.1))
    assert weights[1] > 5 * abs(weights[0])
    assert all(int(np.argmax(scores(sample, weights))) == sample.chosen[0] for sample in samples)
    with pytest.raises(ValueError, match="no list"):
        fit([Sample(np.zeros((2, 2)), csr_matrix((2, 0)), [])], np.ones(2))


def lessons(count: int) -> list[Lesson]:
    """Experts who always choose the colour first, though more products have a size."""
    found = []
    for n in range(count):
        colour, size = seen("colour", 60, {"red": 30, "blue": 30}), seen("size", 90, {"S": 45, "L": 45})
        query = f"shirt {chr(97 + n % 26)}{chr(97 + n // 26)}x"
        found.append(Lesson(query, view(query, colour, size), [size, colour], ["colour", "size"], "plans", 1.0))
    return found


def test_what_is_learnt_orders_the_held_out_queries() -> None:
    known, held_out = parted(lessons(200))
    assert known
    assert held_out
    assert not {lesson.query for lesson in known} & {lesson.query for lesson in held_out}
    report = compare(held_out, learn(known), {"backwards": Ranker(Weights((0.0, 1.0, *NONE[2:]), {}))}, seed=1)
    assert report["ranker"]["ndcg"]["mean"] == 1
    assert report["backwards"]["ranker_minus"]["low"] > 0


def test_judged_queries_teach_nothing_and_are_not_held_out() -> None:
    every = lessons(60)
    known, held_out = parted(every, [lesson.query.upper() for lesson in every])
    assert (known, held_out) == ([], [])


def test_queries_are_words_that_several_titles_share() -> None:
    sample = [Document(str(n), f"Acme laser printer {n} X{n}", "", {}) for n in range(5)]
    assert set(catalogue_queries(sample, 100, 1)) == {
        "acme",
        "laser",
        "printer",
        "acme laser",
        "laser printer",
        "acme laser printer",
    }
    assert catalogue_queries(sample, 3, 1) == catalogue_queries(sample, 100, 1)[:3]
    assert catalogue_queries(sample, 100, 2) != catalogue_queries(sample, 100, 1)

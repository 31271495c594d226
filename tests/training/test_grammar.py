"""What the grammar lets through is read again without a rejection, whatever a model would rather say."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_probes import HOSTILE, attributes
from tiny_models import tiny_vocabulary

from genfacet.catalog import Attribute
from genfacet.generation import Generation, facets_generation
from genfacet.probe import AttributeProbe, Probe
from genfacet.prompt import OPEN_VALUES, FacetPrompt, candidates_of, facet_prompt, open_name, read_facets, read_rewrite
from genfacet.student.grammar import LABEL, WORDS, Rule, grammar
from genfacet.student.vocabulary import Vocabulary
from genfacet.values import TEXT, read_open
from genfacet_training.student.base import write_tokenizer

CONNECTOR = AttributeProbe(Attribute("connector", "Connector", "keyword"), 30, (("LC", 20), ("LC, UPC", 6), ("L", 4)))
REACH = AttributeProbe(
    Attribute("reach", "Reach", "number", unit="m"), 40, (("300", 9), ("550", 8)), 23, (100, 300, 550, 10000, 40000)
)
END = 2


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder, tiny_vocabulary())
    return Vocabulary((folder / "tokenizer.json").read_bytes(), END)


@pytest.fixture(scope="module")
def prompt() -> FacetPrompt:
    return facet_prompt("sfp", Probe(40, 40, {}, {}, {}), candidates_of([(2.0, CONNECTOR), (1.0, REACH)]))


def walk(vocabulary: Vocabulary, rule: Rule, drawing: random.Random, structure: float) -> str:
    """An answer of a model that says anything that it may; ``structure``: how often it prefers what is listed."""
    said: list[int] = []
    try:
        nexts = next(rule)
        while True:
            tokens = list(nexts.tokens)
            if nexts.mask is not None and nexts.mask.any() and (not tokens or drawing.random() > structure):
                tokens = [int(token) for token in nexts.mask.nonzero()[0]]
            token = drawing.choice(tokens)
            said.append(token)
            if token == vocabulary.end:
                break
            nexts = rule.send(token)
    except StopIteration:
        pass
    return vocabulary.text(said)


@pytest.mark.parametrize("structure", [0.02, 0.3, 0.9])
def test_every_answer_is_read_without_a_rejection(
    vocabulary: Vocabulary, prompt: FacetPrompt, structure: float
) -> None:
    drawing = random.Random(1)
    closed = opened = ranges = 0
    for _ in range(120):
        text = walk(vocabulary, grammar(vocabulary, facets_generation(prompt, 1.0)), drawing, structure)
        reading = read_facets(prompt, text)
        assert not reading.rejected, (text, reading.rejected)
        names = [facet.name for facet in reading.facets]
        assert len(names) == len(set(names)) > 0
        for facet in reading.facets:
            closed += not facet.is_open
            if not facet.is_open:
                continue
            opened += 1
            assert facet.name == open_name(facet.label)
            assert len(facet.label) <= LABEL
            assert 2 <= len(facet.values) <= OPEN_VALUES
            read = [read_open(value) for value in facet.values]
            assert len({open_name(value.words) for value in read}) == len(read)
            assert all(len(value.words) <= WORDS for value in read)
            for value in read:
                for constraint in value.constraints:
                    if constraint.name == "connector":
                        assert set(constraint.alternatives) <= {"LC", "LC, UPC", "L"}
                    if constraint.name == "reach":
                        assert constraint.range is not None
                        ranges += 1
    assert opened
    assert closed or structure < 0.1
    assert ranges or structure < 0.1


def test_every_rewrite_is_one_line_of_words(vocabulary: Vocabulary) -> None:
    drawing = random.Random(1)
    for _ in range(100):
        text = walk(vocabulary, grammar(vocabulary, Generation("rewrite", "rewrite: x\n>\n")), drawing, 0.05)
        assert read_rewrite(text) == text.strip()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(HOSTILE, attributes(), st.lists(HOSTILE, max_size=3), st.integers(0), st.sampled_from([0.02, 0.3, 0.9]))
def test_for_any_probe_an_answer_ends_and_names_only_what_is_there(
    vocabulary: Vocabulary,
    query: str,
    ranked: list[tuple[float, AttributeProbe]],
    titles: list[str],
    seed: int,
    structure: float,
) -> None:
    odd = facet_prompt(query, Probe(40, 40, {}, {}, {}, tuple(titles)), candidates_of(ranked))
    text = walk(vocabulary, grammar(vocabulary, facets_generation(odd, 1.0)), random.Random(seed), structure)
    reading = read_facets(odd, text)
    assert reading.facets
    assert not reading.rejected
    known = {one.seen.attribute.name: one for one in odd.candidates.values()}
    for facet in reading.facets:
        assert facet.is_open or facet.name in known
        for constraint in (one for value in facet.values for one in read_open(value).constraints if one.name != TEXT):
            assert set(constraint.alternatives) <= set(known[constraint.name].values.values())


def test_without_candidates_an_answer_names_none(vocabulary: Vocabulary) -> None:
    bare = facet_prompt("sfp", Probe(40, 40, {}, {}, {}), {})
    drawing = random.Random(2)
    for _ in range(30):
        reading = read_facets(bare, walk(vocabulary, grammar(vocabulary, facets_generation(bare, 1.0)), drawing, 0.3))
        assert reading.facets
        assert not reading.rejected

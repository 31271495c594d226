import csv
import gzip
import json
from collections import Counter, defaultdict

import pytest
from click.testing import CliRunner

from genfacet.mapping import FAMILY, families, make_mapping, nest, observe
from genfacet.products import Line, Product, read_product
from genfacet_training.shops import judge, make_shop
from genfacet_training.shops.command import command
from genfacet_training.shops.facts import draw_facts
from genfacet_training.shops.schema import Choice
from genfacet_training.shops.shop import stream
from genfacet_training.shops.tables import CATEGORIES
from genfacet_training.shops.voice import in_sentence
from genfacet_training.shops.wording import PLACEHOLDER, fill, misspell

PRODUCTS = 3000


@pytest.fixture(scope="module")
def shop():
    return make_shop(7, PRODUCTS)


@pytest.fixture(scope="module")
def documents(shop):
    return [item.document for item in shop.items]


def attribute_values(documents):
    return {
        str(value)
        for document in documents
        for values in document["attributes"].values()
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str)
    }


@pytest.mark.parametrize("name", ["shop.jsonl", "shop.jsonl.gz"])
def test_the_same_seed_writes_the_same_bytes(tmp_path, name):
    files = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        out, queries = tmp_path / folder / name, tmp_path / folder / "queries.csv"
        arguments = [str(out), "--seed", "3", "--products", "200", "--queries", str(queries)]
        result = CliRunner().invoke(command, arguments)
        assert result.exit_code == 0, result.output
        files.append((out.read_bytes(), queries.read_bytes()))
    assert files[0] == files[1]
    lines = (gzip.decompress(files[0][0]) if name.endswith(".gz") else files[0][0]).splitlines()
    assert len(lines) == 200


def test_two_seeds_are_two_shops(documents):
    others = [item.document for item in make_shop(8, PRODUCTS).items]
    brands = {document["brand"] for document in documents}
    other_brands = {document["brand"] for document in others}
    assert len(brands & other_brands) < 0.1 * len(brands)
    names = {name for document in documents for name in document["attributes"]}
    other_names = {name for document in others for name in document["attributes"]}
    assert len(names - other_names) > 0.3 * len(names)
    values, other_values = attribute_values(documents), attribute_values(others)
    assert len(values - other_values) > 0.2 * len(values)


def test_there_are_as_many_products_as_asked_with_ids_of_their_own(documents):
    assert len({document["id"] for document in documents}) == len(documents) == PRODUCTS


@pytest.mark.parametrize("seed", range(5))
def test_there_are_at_least_twelve_categories_with_enough_in_each(seed):
    counts = Counter(item.document["category"] for item in make_shop(seed, 2000).items)
    assert len(counts) >= 12
    assert min(counts.values()) >= 20


def test_attributes_have_gaps_that_differ_by_brand(shop):
    seen: dict[str, Counter[bool]] = defaultdict(Counter)
    for item in shop.items:
        for attribute in item.department.category.attributes_of(item.kind):
            if attribute.name in item.facts:
                given = shop.voice.name(attribute) in item.document["attributes"]
                seen[item.brand.name][given] += 1
    shares = {brand: given[True] / given.total() for brand, given in seen.items() if given.total() > 200}
    assert all(0.3 < share < 0.95 for share in shares.values())
    assert max(shares.values()) - min(shares.values()) > 0.1


def test_some_attributes_occur_in_one_category_only_and_some_in_many(documents):
    categories: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        for name in document["attributes"]:
            categories[name].add(document["category"])
    assert sum(len(found) == 1 for found in categories.values()) >= 50
    assert sum(len(found) >= 5 for found in categories.values()) >= 1


def test_all_kinds_of_values_occur(documents):
    kinds = {type(value) for document in documents for value in document["attributes"].values()}
    assert kinds == {str, bool, int, float, list}


def test_prices_rise_with_quality_and_popularity_has_a_long_tail(shop, documents):
    assert all(document["price"] > 0 for document in documents)
    by_kind: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for item in shop.items:
        worthy = [a for a in item.department.category.attributes_of(item.kind) if isinstance(a, Choice)]
        best = max(worthy, key=lambda a: a.worth)
        if best.worth >= 0.5 and best.name in item.facts:
            rank = best.values.index(item.facts[best.name])
            by_kind[item.kind.nouns[0]].append((rank / len(best.values), item.document["price"]))
    rises = 0
    for pairs in by_kind.values():
        low = [price for rank, price in pairs if rank < 0.5]
        high = [price for rank, price in pairs if rank >= 0.5]
        if low and high:
            rises += sum(high) / len(high) > sum(low) / len(low)
    assert rises > 0.85 * len(by_kind)
    popularity = sorted((document["popularity"] for document in documents), reverse=True)
    assert sum(popularity[: PRODUCTS // 10]) > 0.5 * sum(popularity)


def test_a_few_titles_have_a_typing_error(shop):
    nouns = {noun.lower() for item in shop.items for noun in item.kind.nouns}
    without = [item for item in shop.items if not any(n in item.document["title"].lower() for n in nouns)]
    assert 0.003 < len(without) / len(shop.items) < 0.05


def test_texts_are_filled_in(documents):
    for document in documents:
        for text in (document["title"], document["description"]):
            assert not set("{}[]") & set(text)
            assert "  " not in text
            assert " ," not in text
            assert text
            assert "None" not in text


def test_every_placeholder_of_the_tables_is_an_attribute():
    for category in CATEGORIES:
        for kind in category.kinds:
            known = {a.name.replace(" ", "_").replace("-", "_") for a in category.attributes_of(kind)}
            for template in (kind.title, *kind.sentences):
                assert set(PLACEHOLDER.findall(template)) <= known | {"brand", "series", "noun"}, kind.nouns


def test_every_line_is_a_product_that_fits_the_mapping(documents):
    lines = [Line(n, json.dumps(document).encode()) for n, document in enumerate(documents, start=1)]
    products = [read_product(line) for line in lines]
    assert all(isinstance(product, Product) for product in products)
    root = observe(documents)
    properties = make_mapping(root)["properties"]
    assert properties["attributes"] == FAMILY
    types = {name: prop["type"] for name, prop in properties.items()}
    assert types == {
        "id": "keyword",
        "title": "text",
        "brand": "text",
        "category": "text",
        "description": "text",
        "price": "double",
        "popularity": "long",
        "in_stock": "boolean",
        "released": "date",
        "attributes": "nested",
    }
    for product in products:
        nest(product.document, families(root))


def test_judgments_say_what_fits(shop, tmp_path):
    documents = {item.document["id"]: item.document for item in shop.items}
    judgments = judge(shop)
    by_query: dict[str, Counter[int]] = defaultdict(Counter)
    for query, docid, rating in judgments:
        assert docid in documents
        by_query[query][rating] += 1
    assert len(by_query) >= 150
    assert all(ratings[2] >= 1 for ratings in by_query.values())
    assert len({(query, docid) for query, docid, _ in judgments}) == len(judgments)
    assert set().union(*by_query.values()) == {0, 1, 2}


def test_judgments_know_what_the_data_leave_out(shop):
    judged = {(query, docid): rating for query, docid, rating in judge(shop)}
    for item in shop.items:
        noun = item.kind.nouns[0]
        fits = judged.get((noun, item.document["id"]))
        assert fits == 2, noun


def test_the_query_file_has_a_header(tmp_path):
    queries = tmp_path / "queries.csv"
    CliRunner().invoke(command, [str(tmp_path / "s.jsonl"), "--products", "100", "--queries", str(queries)])
    rows = list(csv.reader(queries.read_text().splitlines()))
    assert rows[0] == ["query", "docid", "rating"]
    assert {row[2] for row in rows[1:]} <= {"0", "1", "2"}


def test_templates_lose_what_is_missing():
    rng = stream(1, "test")
    assert fill("a {noun}[, {colour}]", {"noun": "office chair"}, rng) == "an office chair"
    assert fill("a {noun}[, {colour}]", {"noun": "bed", "colour": "red"}, rng) == "a bed, red"
    assert fill("a {noun} {size}", {"noun": "bed"}, rng) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Polyester", "polyester"),
        ("LED built in", "LED built in"),
        ("V-neck", "V-neck"),
        ("Vibram", "Vibram"),
        ("Full suspension", "full suspension"),
        ("50 x 100", "50 x 100"),
    ],
)
def test_values_inside_a_sentence(value, expected):
    assert in_sentence(value) == expected


def test_a_misspelt_title_differs_in_one_word():
    rng = stream(1, "test")
    for _ in range(200):
        before, after = ["Velmora", "Fjord", "garden", "chair"], misspell("Velmora Fjord garden chair", rng).split()
        assert sum(a != b for a, b in zip(before, after, strict=True)) <= 1


def test_an_attribute_waits_for_the_one_that_it_depends_on():
    fuel = Choice("fuel", ("gas", "coal"), gap=0.0)
    burner = Choice("burner", ("one", "two"), when=("fuel", "gas"))
    for n in range(50):
        facts = draw_facts((fuel, burner), 0.0, stream(n, "test"))
        assert ("burner" in facts) == (facts["fuel"] == "gas")

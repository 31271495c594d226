"""What is found out about an index from its mapping and a sample, without a server."""

from collections import Counter
from typing import Any

import pytest

from genfacet.discovery.attributes import FoundFacet
from genfacet.discovery.exclusions import find_exclusions, matcher
from genfacet.discovery.families import FoundFamily, NameFigures, find_families, find_prefixes
from genfacet.discovery.fields import IndexFields, read_fields
from genfacet.discovery.findings import Findings, discover, label_with_brackets
from genfacet.discovery.reading import Presence, Snapshot
from genfacet.discovery.samples import make_sample

KEYWORD = {"type": "keyword"}
TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}


def fields_of(properties: dict[str, Any], **mapping: Any) -> IndexFields:
    return read_fields({"shop": {"mappings": {"properties": properties, **mapping}}}, {})


def find(properties: dict[str, Any], documents: list[dict[str, Any]], **options: Any) -> Findings:
    """Discovers an index whose documents are all in the sample."""
    fields = fields_of(properties)
    sample = make_sample(documents)
    presence = {
        field.path: Presence(sample.of(field.base).docs, len(sample.of(field.base).counts)) for field in fields.plain()
    }
    families, others = find_families(fields, sample)
    names: dict[str, dict[str, NameFigures]] = {}
    for family in families:
        key, value = (path and path.rpartition(".")[2] for path in (family.name, family.text or family.number))
        counted = Counter(pair[key] for document in documents for pair in document[family.path])
        values: dict[str, set[str]] = {}
        for pair in (pair for document in documents for pair in document[family.path]):
            values.setdefault(pair[key], set()).add(str(pair.get(value)))
        names[family.path] = {
            name: NameFigures(docs, texts=len(values[name]), examples=tuple(sorted(values[name])[:3]))
            for name, docs in counted.items()
        }
    problems = (*fields.problems, *others)
    total = len(documents)
    snapshot = Snapshot("shop", ("shop",), total, total, fields, sample, presence, tuple(families), names, problems)
    return discover(snapshot, **options)


def products(**values: Any) -> list[dict[str, Any]]:
    """Forty products; a list gives its values in turn, a function makes one of the number."""
    return [{name: v(n) if callable(v) else v[n % len(v)] for name, v in values.items()} for n in range(40)]


def facet(found: Findings, name: str) -> FoundFacet:
    return next(facet for facet in found.facets if facet.name == name)


def reasons(found: Findings) -> dict[str, str]:
    return {remark.path: remark.reason for remark in found.left_out}


def problems(found: Findings) -> dict[str, str]:
    return {remark.path: remark.reason for remark in found.problems}


def test_plain_fields_become_facets_of_their_types() -> None:
    found = find(
        {"colour": KEYWORD, "maker": TEXT, "waterproof": {"type": "boolean"}, "weight": {"type": "float"}},
        products(
            colour=["red", "blue"], maker=["Acme", "Bolt", "Core"], waterproof=[True, False], weight=[1.5, 2.5, 3.5]
        ),
    )
    types = {facet.name: (facet.field, facet.type) for facet in found.facets}
    assert types == {
        "colour": ("colour", "keyword"),
        "maker": ("maker.keyword", "keyword"),
        "waterproof": ("waterproof", "boolean"),
        "weight": ("weight", "number"),
    }


def test_the_price_is_called_price_and_cents_are_scaled() -> None:
    found = find(
        {"price_cents": {"type": "long"}, "list_price_cents": {"type": "long"}},
        products(price_cents=lambda n: 100 * n, list_price_cents=lambda n: 120 * n),
    )
    price = facet(found, "price")
    assert (price.field, price.scale, price.label) == ("price_cents", "0.01", "Price")
    assert reasons(found)["list_price_cents"] == "another price"


def test_the_largest_number_is_known_where_a_field_is_small() -> None:
    found = find(
        {"pages": {"type": "integer"}, "weight_g": {"type": "long"}},
        products(pages=lambda n: n % 9, weight_g=lambda n: n % 7),
    )
    assert [facet(found, name).most for name in ("pages", "weight_g")] == [2147483647, None]


def test_a_price_in_whole_units_is_not_scaled() -> None:
    found = find({"price": {"type": "double"}}, products(price=lambda n: n + 0.99))
    assert facet(found, "price").scale == "1"


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("ean", KEYWORD, lambda n: ["4006381333931", "4006381333948"][n % 2]),
        ("sku", KEYWORD, ["a1", "a2"]),
        ("vendor_id", {"type": "long"}, [1, 2, 3]),
        ("image_url", KEYWORD, ["https://x/1.jpg", "https://x/2.jpg"]),
        ("reference", KEYWORD, lambda n: f"R-{n:04}"),
        ("article", {"type": "long"}, lambda n: 90_000_000 + n),
        ("pointer", KEYWORD, ["https://a.example/x", "https://b.example/x"]),
        ("released", {"type": "date"}, ["2024-01-01", "2024-02-01"]),
        (
            "blurb",
            KEYWORD,
            ["a very long text that nobody would ever want to pick from a list", "and another long one"],
        ),
        ("currency", KEYWORD, ["EUR"]),
        ("stock_level", {"type": "integer"}, [1, 2, 3]),
        ("sort_order", {"type": "integer"}, [1, 2, 3]),
        ("package_weight", {"type": "float"}, [1.5, 2.5]),
        ("country_of_origin", KEYWORD, ["China", "Germany"]),
    ],
)
def test_what_no_shopper_filters_by_is_left_out_with_a_reason(name: str, kind: dict[str, Any], value: Any) -> None:
    found = find({name: kind, "colour": KEYWORD}, products(**{name: value}, colour=["red", "blue"]))
    assert [facet.name for facet in found.facets] == ["colour"]
    assert reasons(found)[name]


def test_the_products_own_weight_and_width_are_offered() -> None:
    found = find(
        {"weight": {"type": "float"}, "width": {"type": "float"}, "shipping_weight": {"type": "float"}},
        products(weight=[1.0, 2.0], width=[3.0, 4.0], shipping_weight=[1.0, 2.0]),
    )
    assert {facet.name for facet in found.facets} == {"weight", "width"}


def test_category_and_popularity_are_found_by_name_and_shape() -> None:
    found = find(
        {"category": KEYWORD, "category_id": KEYWORD, "sales": {"type": "long"}, "views": {"type": "long"}},
        products(category=["a", "b"], category_id=["1", "2"], sales=lambda n: n, views=lambda n: n),
    )
    assert (found.category, found.popularity) == ("category", "sales")
    assert [facet.name for facet in found.facets] == ["category"]


def test_a_category_that_every_product_has_its_own_of_is_none() -> None:
    found = find({"type": KEYWORD}, products(type=lambda n: f"type {n}"))
    assert found.category is None


def test_title_comes_before_brand_before_description() -> None:
    texts: dict[str, Any] = {"type": "text"}
    found = find(
        {"description": texts, "brand": texts, "title": texts, "url": texts, "headline_en": texts},
        products(description=["long"], brand=["Acme"], title=["A thing"], url=["https://x"], headline_en=["y"]),
    )
    assert found.text_fields == ("title^3", "brand^2", "description", "headline_en")
    match = found.template["query"]["multi_match"]
    assert (match["type"], match["minimum_should_match"], match["query"]) == ("cross_fields", "2<70%", "{{query}}")


def test_fields_with_different_analyzers_are_not_searched_as_one() -> None:
    found = find(
        {"title": {"type": "text", "analyzer": "english"}, "brand": {"type": "text"}},
        products(title=["x"], brand=["y"]),
    )
    assert found.template["query"]["multi_match"]["type"] == "best_fields"


def test_a_template_of_the_shop_decides_the_text_fields() -> None:
    own = {"query": {"bool": {"must": [{"match": {"title": "{{query}}"}}]}}}
    properties = {"title": {"type": "text"}, "body": {"type": "text"}}
    found = find(properties, products(title=["x"], body=["y"]), template=own)
    assert found.template is own
    assert found.text_fields == ("title",)


def test_keys_of_a_flattened_field_become_facets() -> None:
    found = find(
        {"specs": {"type": "flattened"}},
        [{"specs": {"colour": ["red", "blue"][n % 2], "ean": str(n), "size": {"unit": "cm"}}} for n in range(40)],
    )
    assert [(f.name, f.field, f.flattened) for f in found.facets] == [("colour", "specs.colour", True)]
    assert reasons(found)["specs.ean"] == "an identifier, by its name"
    assert reasons(found)["specs.size.unit"] == "one value only"


def test_fields_of_one_name_keep_their_paths_apart() -> None:
    found = find(
        {"front": {"properties": {"colour": KEYWORD}}, "back": {"properties": {"colour": KEYWORD}}},
        [{"front": {"colour": "ab"[n % 2]}, "back": {"colour": "cd"[n % 2]}} for n in range(40)],
    )
    assert {facet.name for facet in found.facets} == {"front_colour", "back_colour"}


def pairs(key: str, value: str, rows: dict[str, list[str]]) -> list[list[dict[str, str]]]:
    return [[{key: name, value: values[n % len(values)]} for name, values in rows.items()] for n in range(40)]


ROWS = {"colour": ["black", "white"], "size": ["S", "M", "L"], "material": ["wool", "silk", "cotton", "linen"]}


@pytest.mark.parametrize(("key", "value"), [("name", "value"), ("k", "v"), ("merkmal", "wert"), ("wert", "merkmal")])
def test_a_family_is_found_by_its_words_or_its_shape(key: str, value: str) -> None:
    properties = {"attrs": {"type": "nested", "properties": {key: KEYWORD, value: KEYWORD}}}
    found = find(properties, [{"attrs": row} for row in pairs(key, value, ROWS)])
    assert [described.family for described in found.families] == [
        FoundFamily("attrs", f"attrs.{key}", f"attrs.{value}", None)
    ]


def test_units_and_positions_are_no_values() -> None:
    properties: dict[str, Any] = {
        "specs": {
            "type": "nested",
            "properties": {
                "unit": KEYWORD,
                "name": KEYWORD,
                "value": TEXT,
                "position": {"type": "integer"},
                "amount": {"type": "double"},
            },
        }
    }
    families, _ = find_families(fields_of(properties), make_sample([]))
    assert families == [FoundFamily("specs", "specs.name", "specs.value.keyword", "specs.amount")]


def test_nested_variants_are_no_family() -> None:
    properties = {"variants": {"type": "nested", "properties": {"colour": KEYWORD, "size": KEYWORD}}}
    documents = [
        {"variants": [{"colour": c, "size": s} for c in ("red", "blue") for s in ("S", "M")]} for _ in range(40)
    ]
    found = find(properties, documents)
    assert not found.families
    assert "no pairs of names and values" in problems(found)["variants"]


def test_prefixes_of_raw_names_are_found() -> None:
    names = [f"attr_{kind}_{word}" for kind in "tnb" for word in ("colour", "weight", "screen_size", "type")]
    assert set(find_prefixes(names)) == {"attr_t_", "attr_n_", "attr_b_"}
    assert find_prefixes([f"spec.{word}" for word in "abcdefgh"]) == ("spec.",)


@pytest.mark.parametrize(
    "names",
    [
        ["display_size", "display_type", "cpu_cores", "cpu_speed", "ram_size", "ram_type", "weight", "colour"],
        ["attr_a", "attr_b", "attr_c"],
        ["a", "b", "c", "d", "e", "f", "g", "h"],
        [],
    ],
)
def test_words_that_mean_something_are_no_prefixes(names: list[str]) -> None:
    assert find_prefixes(names) == ()


def figures(*names: str, docs: int = 100, texts: int = 5, examples: tuple[str, ...] = ("a",)) -> dict[str, NameFigures]:
    return {name: NameFigures(docs, texts, 0, examples) for name in names}


KEPT = (
    "package_contents",
    "certification",
    "weight",
    "width",
    "colour",
    "operating_system",
    "storage_capacity",
    "cleaning_brush",
    "energy_star_certified",
)
GONE = (
    "package_weight",
    "pallet_width",
    "quantity_per_master__outer__case",
    "operating_temperature__t_t_",
    "storage_relative_humidity",
    "harmonized_system__hs__code",
    "country_of_origin",
    "weight__imperial_",
    "launch_date",
)


@pytest.mark.parametrize("style", ["_", " ", "-", "camel"])
def test_exclusions_fit_the_way_a_shop_writes_names(style: str) -> None:
    def written(name: str) -> str:
        parts = [part for part in name.split("_") if part]
        if style == "camel":
            return parts[0] + "".join(part.title() for part in parts[1:])
        return name if style == "_" else style.join(parts)

    names = [written(name) for name in KEPT + GONE]
    excluded = matcher(find_exclusions(figures(*names)))
    assert [name for name in names if not excluded(name)] == [written(name) for name in KEPT]


def test_codes_are_told_from_words_by_their_values() -> None:
    excluded = matcher(
        find_exclusions(
            figures("supplier_code", texts=90)
            | figures("dress_code", texts=4)
            | figures("certificates", texts=60)
            | {"caller_id": NameFigures(100, 2, 0, ("no", "yes"))}
        )
    )
    assert [excluded(name) for name in ("supplier_code", "certificates", "dress_code", "caller_id")] == [
        True,
        True,
        False,
        False,
    ]


def test_values_exclude_what_names_do_not() -> None:
    excluded = matcher(
        find_exclusions(
            figures("leaflet", examples=("https://x.example/1",))
            | figures("story", examples=("x" * 100,))
            | figures("nick[1]", texts=99)
            | figures("colour")
        )
    )
    assert [excluded(name) for name in ("leaflet", "story", "nick[1]", "nick1", "colour")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_exclusions_name_only_what_is_there() -> None:
    assert find_exclusions(figures("colour", "size")) == []


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("battery_capacity__watt_hours_", "Battery capacity (watt hours)"),
        ("thermal_design_power__tdp_", "Thermal design power (TDP)"),
        ("operating_temperature__t_t_", "Operating temperature"),
        ("built_in_speaker_s_", "Built in speaker(s)"),
        ("print_speed__black__a4_", "Print speed black a4"),
    ],
)
def test_labels_of_names_with_brackets(name: str, label: str) -> None:
    assert label_with_brackets(name) == label


def test_what_cannot_be_handled_is_said() -> None:
    fields = fields_of(
        {
            "place": {"type": "geo_point"},
            "vector": {"type": "dense_vector"},
            "kin": {"type": "join"},
            "valid": {"type": "date_range"},
            "metric": {"type": "aggregate_metric_double"},
            "thing": {"type": "from_the_future"},
            "raw": {"type": "keyword", "doc_values": False},
            "hidden": {"type": "keyword", "index": False},
            "blob": {"type": "object", "enabled": False},
        },
        _source={"enabled": False},
        runtime={"margin": {"type": "double"}},
    )
    said = {remark.path for remark in fields.problems}
    assert said == {
        "place",
        "vector",
        "kin",
        "valid",
        "metric",
        "thing",
        "raw",
        "hidden",
        "blob",
        "_source",
        "margin",
    }
    assert not fields.fields


def test_pairs_in_plain_objects_are_said_to_need_nested() -> None:
    properties = {"attrs": {"properties": {"name": KEYWORD, "value": KEYWORD}}}
    found = find(properties, [{"attrs": row} for row in pairs("name", "value", ROWS)])
    assert "map the field as nested" in problems(found)["attrs"]


def test_indices_behind_one_name_are_merged_and_conflicts_said() -> None:
    fields = read_fields(
        {
            "a": {"mappings": {"properties": {"size": KEYWORD, "colour": KEYWORD, "weight": {"type": "long"}}}},
            "b": {"mappings": {"properties": {"size": {"type": "long"}, "weight": {"type": "float"}}}},
        },
        {},
    )
    assert set(fields.fields) == {"colour", "weight"}
    assert fields.fields["weight"].is_number
    assert [remark.path for remark in fields.problems] == ["size"]


def test_field_caps_have_the_last_word() -> None:
    caps = {"fields": {"colour": {"keyword": {"aggregatable": False, "searchable": True}}}}
    fields = read_fields({"a": {"mappings": {"properties": {"colour": KEYWORD}}}}, caps)
    assert not fields.fields

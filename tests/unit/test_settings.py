"""The configuration: file, environment, bounds, and errors that say what was meant."""

import pytest

from genfacet.catalog import label_of
from genfacet.errors import SettingsError
from genfacet.settings import load_settings, parse_settings

SHOP = {"search": {"template": {}}}


def refusal(values):
    with pytest.raises(SettingsError) as caught:
        parse_settings(values, "genfacet.yml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"engin": {}}, "unknown key [engin], did you mean [engine]?"),
        ({"engine": {"dedline_ms": 1}}, "unknown key [engine.dedline_ms], did you mean [deadline_ms]?"),
        ({"indices": {"shop": {**SHOP, "family": []}}}, "unknown key [indices.shop.family], did you mean [families]?"),
        (
            {"indices": {"shop": {**SHOP, "facets": {"brand": {"feild": "x"}}}}},
            "unknown key [indices.shop.facets.brand.feild], did you mean [field]?",
        ),
        ({"zzz": 1}, "unknown key [zzz]"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(values, reason):
    assert refusal(values) == f"genfacet.yml: {reason}"


@pytest.mark.parametrize(
    ("section", "key", "least", "most"),
    [
        ("engine", "size", 1, 20),
        ("engine", "values", 1, 50),
        ("engine", "deadline_ms", 0, 5000),
        ("engine", "sample", 20, 1000),
        ("engine", "workers", 1, 256),
        ("sidecar", "port", 0, 65535),
    ],
)
def test_numbers_have_bounds(section, key, least, most):
    for fitting in (least, most):
        assert getattr(getattr(parse_settings({section: {key: fitting}}), section), key) == fitting
    for odd in (least - 1, most + 1, "many", None):
        assert f"{section}.{key}" in refusal({section: {key: odd}})


@pytest.mark.parametrize("scale", [0, -1, "nan", "inf", "cents", None])
def test_a_scale_is_a_number_above_zero(scale):
    reason = refusal({"indices": {"shop": {**SHOP, "facets": {"price": {"field": "x", "scale": scale}}}}})
    assert "scale is" in reason


def test_what_is_facetable_is_what_is_configured():
    facets = {"price": {"field": "cents", "type": "number", "scale": 0.01, "unit": "EUR"}, "in_stock": {"field": "s"}}
    families = [{"path": "a", "name": "a.n", "text": "a.t"}]
    shop = {"search": {"template": {}, "text_fields": ["title^3"]}, "facets": facets, "families": families}
    catalog = parse_settings({"indices": {"shop": {**shop, "exclude": ["*weight*"]}}}).indices["shop"].catalog()
    assert catalog.attribute("price").scale == "0.01"
    assert catalog.attribute("in_stock").label == "In stock"
    assert catalog.attribute("anything of a family").field is None
    assert not catalog.is_offered("Package Weight")
    assert catalog.is_offered("wait")
    assert parse_settings({"indices": {"shop": SHOP}}).indices["shop"].catalog().attribute("brand") is None


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "shop.yml"
    file.write_text("engine: {size: 3, values: 4}\nelasticsearch: {url: http://file:9200}\n")
    env = {
        "GENFACET_ENGINE__SIZE": "7",
        "ELASTICSEARCH_URL": "http://env:9200",
        "GENFACET_TEST_ES8_URL": "x",
        "PATH": "",
    }
    settings = load_settings(file, env)
    assert (settings.engine.size, settings.engine.values, settings.elasticsearch.url) == (7, 4, "http://env:9200")
    assert load_settings(env={"GENFACET_CONFIG": str(file)}).engine.size == 3
    with pytest.raises(SettingsError, match="GENFACET_ENGINE__SOURCE is no valid YAML"):
        load_settings(file, {"GENFACET_ENGINE__SOURCE": "["})
    with pytest.raises(SettingsError, match="no section"):
        load_settings(file, {"GENFACET_ENGINE__SIZE__X": "1"})


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("how_far", "How far"),
        ("~how_far", "How far"),
        ("howFar", "How far"),
        ("netWeightG", "Net weight G"),
        ("hasUSB", "Has USB"),
        ("usb3Ports", "Usb3 ports"),
        ("iPhone", "IPhone"),
        ("WiFi", "WiFi"),
        ("Print Technology", "Print Technology"),
        ("HDMI-ports", "HDMI ports"),
    ],
)
def test_names_become_labels(name, label):
    assert label_of(name) == label


def test_variables_of_compose_and_of_a_kubernetes_service_are_no_settings(tmp_path):
    file = tmp_path / "shop.yml"
    file.write_text("engine: {size: 3}\n")
    env = {
        "GENFACET_PORT": "tcp://10.0.0.1:9280",
        "GENFACET_PORT_9280_TCP_ADDR": "10.0.0.1",
        "GENFACET_SERVICE_HOST": "10.0.0.1",
        "GENFACET_SIDECAR_PORT": "tcp://10.0.0.2:9280",
        "GENFACET_FOLDER": "compose",
    }
    assert load_settings(file, env) == load_settings(file, {})
    with pytest.raises(SettingsError, match=r"shop\.yml and the environment: unknown key \[engine\.siz\]"):
        load_settings(file, {**env, "GENFACET_ENGINE__SIZ": "4"})


def test_a_template_may_be_json_text():
    search = {"template": '{"query": {"match": {"title": "{{query}}"}}}'}
    shop = parse_settings({"indices": {"shop": {"search": search}}}).indices["shop"]
    assert shop.search.template["query"]["match"]["title"] == "{{query}}"


def test_a_template_that_is_no_json_is_named_by_its_place():
    search = {"template": '{"query":\n {"match": {"title": "{{query}}"'}
    reason = refusal({"indices": {"shop": {"search": search}}})
    assert "genfacet.yml: indices.shop.search.template: no valid JSON" in reason
    assert "line 2" in reason


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: [", b"- 1", b"just text", b"%", b"a: &a [*a, b]"])
def test_a_file_that_is_no_configuration_is_named(tmp_path, content):
    file = tmp_path / "broken.yml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"broken\.yml"):
        load_settings(file, {})


@pytest.mark.parametrize("line", ["basic_auth: me: s3cret", 'basic_auth: "me:s3cret'])
def test_a_broken_line_is_named_by_its_place_and_not_repeated(tmp_path, line):
    file = tmp_path / "broken.yml"
    file.write_text(f"elasticsearch:\n  {line}\n")
    with pytest.raises(SettingsError, match=r"broken\.yml is no valid YAML: .* in line \d, column \d+$") as caught:
        load_settings(file, {})
    assert "s3cret" not in str(caught.value)


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(SettingsError, match="genfacet init"):
        load_settings(tmp_path / "none.yml", {})


def test_credentials_are_not_in_what_is_printed():
    settings = parse_settings({"elasticsearch": {"api_key": "s3cret", "basic_auth": "me:s3cret"}})
    assert "s3cret" not in repr(settings)

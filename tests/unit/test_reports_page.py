"""report.html as a reader gets it: hostile text is text, figures are there, and the same report gives the same page."""

import os
import re
import subprocess
import sys
from base64 import b64decode
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import orjson
import pytest
from report_files import ARMS, HOSTILE, NOTHING, make_report, make_simulation

from genfacet_training.reports.page import render_page
from genfacet_training.reports.report import check_report

ALLOWED = """html head meta title style body main h1 h2 h3 h4 div p ul li strong small span bdi br pre figure figcaption
img table caption thead tbody tr th td details summary section"""
SHOWN = HOSTILE.replace("\u202e", "\ufffd").replace("\x1b", "\ufffd")


class Page(HTMLParser):
    """What a browser makes of the page: elements, their attributes, and the text of each table and of the whole."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.tables, self._open = [], "", [], 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append("")
            self._open += 1

    def handle_endtag(self, tag):
        self._open -= tag == "table"

    def handle_data(self, data):
        self.text += data
        if self._open:
            self.tables[-1] += data

    @property
    def images(self):
        return [attrs for tag, attrs in self.elements if tag == "img"]


def page_of(report):
    return Page(html_of(report))


def html_of(report):
    return _render(orjson.dumps(report))


@cache
def _render(report):
    return render_page(check_report(orjson.loads(report)))


def svg_of(image):
    return b64decode(image["src"].removeprefix("data:image/svg+xml;base64,")).decode()


def make_hostile():
    """A report in which every text that comes from outside is hostile."""
    report = make_simulation()
    names = {arm: HOSTILE + arm for arm in ARMS}
    report["arms"] = list(names.values())
    report["baseline"] = names["count"]
    report["latency"] = {names[arm]: found for arm, found in report["latency"].items()}
    for metric in report["metrics"].values():
        metric |= dict.fromkeys(("label", "unit", "group", "about"), HOSTILE)
        for key in ("arms", "differences"):
            metric[key] = {names[arm]: found for arm, found in metric[key].items()}
    for row in report["per_query"]:
        row |= {"arm": names[row["arm"]], "query": HOSTILE + row["query"], "problem": HOSTILE}
        for facet in row["facets"]:
            facet |= {"name": HOSTILE, "label": HOSTILE, "kind": HOSTILE}
            for value in facet["values"]:
                value["label"] = HOSTILE
    report["queries"]["problems"] = {HOSTILE: 3}
    report["stages"] = {HOSTILE: 3.0}
    report["versions"] = {HOSTILE: HOSTILE}
    report["examination"] = {HOSTILE: report["examination"]["list"]}
    report["plan"]["test"] = HOSTILE
    return report | {"command": HOSTILE, "index": HOSTILE, "made_at": HOSTILE}


def test_hostile_text_stays_text():
    html = html_of(make_hostile())
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= set(ALLOWED.split())
    assert page.text.count(SHOWN) > 100
    assert "\x1b" not in html
    assert "\u202e" not in html
    for tag, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on")], tag


def test_hostile_text_stays_text_in_plots():
    for image in page_of(make_hostile()).images:
        svg = svg_of(image)
        assert {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}.isdisjoint(
            {"script", "foreignObject", "image", "a"}
        )
        assert "\x1b" not in svg + image["alt"]


def test_the_page_asks_for_nothing_from_elsewhere():
    for report in (make_report(), make_hostile()):
        html = html_of(report)
        page = Page(html)
        assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in page.images)
        assert not [attrs for _, attrs in page.elements if {"href", "srcset", "data"} & attrs.keys()]
        style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
        assert "url(" not in style
        assert "@import" not in style
        assert ".facet li small{white-space:nowrap}" in style  # or a count of 107 breaks into 10 and 7
        policy = next(attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv"))
        assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        for image in page.images:
            assert not re.findall(r"(?:href|src)=\"(?!#)", svg_of(image))


def test_the_page_shows_the_figures():
    report = make_report()
    text = page_of(report).text
    hit = report["metrics"]["hit@5"]["arms"]["entropy"]
    assert f"{hit['mean']:.3f} ({hit['low']:.3f} to {hit['high']:.3f})" in text
    assert "0.300 (0.280 to 0.320)" in text
    assert "12.5 ms" in text
    assert "42 queries were judged, 40 used" in text
    assert "no relevant document" in text
    assert report["command"] in text
    assert "elasticsearch 9.2.1" in text
    assert "searches" in text
    assert "73 %" in text  # 60.5 of 82.75 seconds


def test_every_image_says_what_it_shows():
    images = page_of(make_report()).images
    assert len(images) == 5  # latency, three metrics, differences by query
    assert all(len(image["alt"]) > 60 for image in images)
    redundancy = next(image["alt"] for image in images if image["alt"].startswith("Redundancy"))
    assert redundancy == (
        "Redundancy [share] by source with 95 % intervals, lower is better: count 0.200 (0.180 to 0.220); "
        "entropy 0.300 (0.280 to 0.320) (worse than the baseline); random 0.200 (0.180 to 0.220)."
    )


def test_facets_stand_side_by_side_worst_query_first():
    report = make_report()
    figures = {(row["query"], row["arm"]): row["figures"]["hit@5"] for row in report["per_query"]}
    differences = {q: figures[q, "entropy"] - figures[q, "count"] for q, arm in figures if arm == "count"}
    ordered = sorted(differences, key=differences.get)
    html = html_of(report)
    losers = html.split("Where it loses")[1].split("Where it wins")[0]
    winners = html.split("Where it wins")[1].split("<summary>The other")[0]
    losing = [query for query in ordered if differences[query] < 0]
    assert re.findall(r"<bdi>(query \d+)", losers) == losing
    assert re.findall(r"<bdi>(query \d+)", winners) == ordered[::-1][:10]
    worst = losers.split("</details>")[0]
    for arm in ("entropy", "count", "random"):
        row = next(row for row in report["per_query"] if (row["query"], row["arm"]) == (ordered[0], arm))
        for facet in row["facets"]:
            assert f"<bdi>{facet['label']}</bdi>" in worst
            for value in facet["values"]:
                assert f"<bdi>{value['label']}</bdi></span> <small>{value['count']}</small>" in worst
    assert "no facets" in worst


def test_no_query_is_out_of_reach():
    report = make_report(queries=60)
    report["per_query"][4]["figures"] = {}  # query 01 of count: cannot be compared, and is listed all the same
    text = page_of(report).text
    others = text.split("queries, worst first")[-1]
    shown = set(re.findall(r"query \d+", text))
    assert shown == {row["query"] for row in report["per_query"]}
    assert "query 01" in others


def test_thousands_of_queries_are_listed_without_values():
    few, many = (html_of(make_report(queries=queries)) for queries in (40, 600))
    assert "the values are in report.json" not in few
    assert "the values are in report.json" in many
    assert len(set(re.findall(r"query \d+", many))) == 600


def test_every_part_of_a_simulation_says_so():
    page = page_of(make_simulation())
    assert all("simulated" in table for table in page.tables)
    assert len(page.tables) >= 6
    assert all(image["alt"].startswith("Simulated: ") for image in page.images)
    assert all(">simulated</text>" in svg_of(image) for image in page.images)
    assert "Every figure on this page is simulated" in page.text
    assert "primary metric Hit@5, test paired bootstrap over shoppers, horizon 10,000" in " ".join(page.text.split())


def test_a_page_of_real_judgements_does_not_say_simulated():
    assert "simulated" not in html_of(make_report()).lower()


def test_examination_curves_show_the_true_and_the_fitted():
    alt = page_of(make_simulation()).images[-1]["alt"]
    assert "facets 0.900, 0.700, 0.500, 0.300; facets, fitted 0.880, 0.710, 0.520, 0.280; results 0.950" in alt


def test_the_same_report_gives_the_same_page_in_another_process(tmp_path):
    file = tmp_path / "report.json"
    file.write_bytes(orjson.dumps(make_simulation()))
    code = (
        "import sys; from pathlib import Path; from genfacet_training.reports.page import write_page\n"
        "from genfacet_training.reports.report import read_report\n"
        "write_page(read_report(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    pages = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.html"
        env = os.environ | {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed}
        subprocess.run([sys.executable, "-c", code, file, out], check=True, env=env)
        pages.append(out.read_bytes())
    assert pages[0] == pages[1]
    assert all("<dc:date>" not in svg_of(image) for image in Page(pages[0].decode()).images)


def test_a_label_with_dollars_is_no_formula():
    report = make_report()
    report["metrics"]["hit@5"] |= {"label": "Price $\\frac$", "unit": "$_{$"}
    assert ">Price $\\frac$ [$_{$]</text>" in svg_of(page_of(report).images[0])


def test_names_in_scripts_that_the_plotting_font_lacks_are_drawn():
    report = make_report()
    report["metrics"]["hit@5"]["label"] = "関連度 🛒"
    assert "関連度 🛒 [share] by source" in page_of(report).images[-2]["alt"]


@pytest.mark.parametrize("missing", ["per_query", "latency", "stages", "examination"])
def test_what_was_not_measured_leaves_the_rest(missing):
    report = make_simulation()
    del report[missing]
    assert "Choose entropy" in page_of(report).text


def test_a_report_without_any_figure_is_a_page():
    page = page_of(make_report() | {"metrics": {}, "per_query": []})
    assert "Nothing was measured that could decide." in page.text


def test_a_simulation_in_which_nothing_happened_is_a_page():
    report = make_simulation()
    for metric in report["metrics"].values():
        metric["arms"] = dict.fromkeys(metric["arms"], NOTHING)
        metric["differences"] = {}
    page = page_of(report | {"per_query": []})
    assert "Nothing was measured that could decide." in page.text
    assert "Stated before the figures were seen" in page.text


def test_problems_that_the_run_counted_are_not_told_twice():
    report = make_report()
    for row in report["per_query"][:8]:
        row["problem"] = "timed out"
    report["queries"]["problems"] = {"count: timed out": 2, "no relevant document": 1}
    problems = next(table for table in page_of(report).tables if "What went wrong" in table)
    rows = [re.sub(r"\s+", " ", row).strip() for row in problems.split("times")[1].strip().splitlines()]
    assert rows == [
        "runcount: timed out2",
        "runno relevant document1",
        *(f"{arm}timed out2" for arm in sorted(ARMS[1:])),
    ]


def test_names_beside_points_do_not_overlap():
    """Sources of the same quality and speed are told apart all the same."""
    report = make_report((0.0, 0.0, 0.0, 0.0), spread=0.0)
    report["metrics"]["hit@5"]["arms"] = {arm: {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 40} for arm in ARMS}
    report["latency"] = {arm: {"median_ms": 9.0, "p95_ms": 9.0} for arm in ARMS}
    svg = ElementTree.fromstring(svg_of(page_of(report).images[0]))
    texts = {"".join(e.itertext()).strip(): e for e in svg.iter() if e.tag.endswith("}text")}
    heights = sorted(float(texts[arm].get("y")) for arm in ARMS)
    assert min(low - high for high, low in pairwise(heights)) > 9  # points of the font

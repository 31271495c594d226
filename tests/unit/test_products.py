import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet import products
from genfacet.products import (
    Line,
    Product,
    ProductFileError,
    Reject,
    RejectedFile,
    read_lines,
    read_product,
    without_repeats,
)


def lines_of(path: Path):
    return [(line.number, line.raw) for line in read_lines(path)]


def test_lines_keep_their_numbers_and_blank_ones_go(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1}\r\n\n  \n{"id": 2}')
    assert lines_of(path) == [(1, b'{"id": 1}'), (4, b'{"id": 2}')]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl"])
def test_a_gzipped_file_is_known_by_its_content(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(b'{"id": 1}\n'))
    assert lines_of(path) == [(1, b'{"id": 1}')]


def test_progress_ends_at_the_size_of_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1}\n' * 5000)
    seen: list[int] = []
    list(read_lines(path, seen.append))
    assert seen == sorted(seen)
    assert seen[-1] == path.stat().st_size


def test_a_cut_off_gzip_is_one_sentence(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": 1}\n' * 5000)[:-20])
    with pytest.raises(ProductFileError, match=r"a\.jsonl\.gz is cut off after line \d+ \(gzip\)"):
        lines_of(path)


def test_a_damaged_gzip_is_one_sentence(tmp_path):
    packed = bytearray(gzip.compress(bytes(range(256)) * 100))
    packed[15:25] = b"\xff" * 10
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed)
    with pytest.raises(ProductFileError, match="is damaged after line"):
        lines_of(path)


def test_a_line_without_end_is_set_aside_and_the_next_one_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(products, "LONGEST_LINE", 100)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 1000 + b'\n{"id": 2}\n')
    first, second = (read_product(line) for line in read_lines(path))
    assert isinstance(first, Reject)
    assert first.reason == "longer than 100 bytes"
    assert isinstance(second, Product)
    assert second.line.number == 2


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\x00\xff\xfe", "not JSON"),
        (b'{"id": NaN}', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"7", "not a JSON object"),
        (b"{}", 'no text or whole number in "id"'),
        (b'{"id": ""}', 'no text or whole number in "id"'),
        (b'{"id": null}', 'no text or whole number in "id"'),
        (b'{"id": true}', 'no text or whole number in "id"'),
        (b'{"id": ["a"]}', 'no text or whole number in "id"'),
        (json.dumps({"id": "é" * 300}).encode(), "its id is longer than 512 bytes"),
    ],
)
def test_what_is_no_product_is_rejected_with_the_reason(raw, reason):
    reject = read_product(Line(7, raw))
    assert isinstance(reject, Reject)
    assert reason in reject.reason


@given(st.binary())
def test_any_line_is_a_product_or_a_reject(raw):
    assert isinstance(read_product(Line(1, raw)), Product | Reject)


def test_numbers_may_be_ids_and_another_field_may_hold_them():
    product = read_product(Line(1, b'{"sku": 12, "id": null}'), "sku")
    assert isinstance(product, Product)
    assert product.id == "12"


def test_the_second_product_of_an_id_is_rejected():
    read = [read_product(Line(n, raw)) for n, raw in enumerate([b'{"id":"1"}', b"x", b'{"id":1}'], start=1)]
    kept = list(without_repeats(iter(read)))
    assert kept[:2] == read[:2]
    assert isinstance(kept[2], Reject)
    assert kept[2].reason == "line 1 has the same id"


def test_rejects_are_kept_with_line_reason_and_raw_text(tmp_path):
    path = tmp_path / "a.rejected"
    with RejectedFile(path) as file:
        file.write(Reject(Line(3, b'{"id": \xff}'), "not JSON"))
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"line": 3, "reason": "not JSON", "raw": '{"id": \\xff}'}
    ]
    with RejectedFile(path):
        pass
    assert not path.exists()

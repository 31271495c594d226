"""Judgements as people hand them in: what is usable is used, and what is not is counted under its reason."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet_training.evaluation.judgments import JudgmentsError, read_judgments

HEADER = "query,docid,rating\n"


@pytest.fixture
def read(tmp_path):
    def from_text(text, **options):
        file = tmp_path / "judgments.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_judgments(file, **options)

    return from_text


def test_graded_ratings_are_relevant_from_half_of_the_highest(read):
    found = read(HEADER + "lamp,a,3\nlamp,b,2\nlamp,c,1\nlamp,d,0\n")
    assert (found.most, found.threshold) == (3, 1.5)
    assert found.relevant("lamp") == {"a", "b"}
    assert found.ratings["lamp"] == {"a": 3, "b": 2, "c": 1, "d": 0}
    assert found.problems == {}


def test_of_0_and_1_the_1_is_relevant(read):
    found = read(HEADER + "lamp,a,1\nlamp,b,0\n")
    assert found.relevant("lamp") == {"a"}
    assert found.relevant("never judged") == frozenset()


def test_the_threshold_can_be_given(read):
    found = read(HEADER + "lamp,a,2\nlamp,b,1\nlamp,c,0\n", threshold=2)
    assert found.relevant("lamp") == {"a"}
    assert read(HEADER + "lamp,a,2\nlamp,c,0\n", threshold=0).relevant("lamp") == {"a"}


def test_a_query_without_a_relevant_document_is_its_problem(read):
    found = read(HEADER + "lamp,a,0\nrug,b,3\nchair,c,1\n")
    assert found.queries() == ["rug"]
    assert found.without_relevant() == ["lamp", "chair"]
    assert found.problems == {"query without a relevant document": 2}


def test_zeros_alone_make_nothing_relevant(read):
    found = read(HEADER + "lamp,a,0\nlamp,b,0\n")
    assert found.queries() == []
    assert found.problems == {"query without a relevant document": 1}


def test_ids_are_any_string_and_quotes_hold_commas(read):
    found = read('\ufeff"query","docid","rating"\r\n"lamp, red","a/b, ""c"" é",1\r\n5" disk,0012,1\r\n')
    assert found.relevant("lamp, red") == {'a/b, "c" é'}
    assert found.relevant('5" disk') == {"0012"}
    assert found.problems == {}


def test_columns_stand_in_any_order_among_others(read):
    found = read("Rating, who ,DOCID,query\n1,ann,a,lamp\n")
    assert found.relevant("lamp") == {"a"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("lamp,b", "too few columns"),
        ("lamp, red,b,1", "too many columns (a comma without quotes?)"),
        ("  ,b,1", "no query"),
        ("lamp,,1", "no docid"),
        ("lamp,b,", "rating is not a number"),
        ("lamp,b,good", "rating is not a number"),
        ("lamp,b,NaN", "rating is not a number"),
        ("lamp,b,inf", "rating is not a number"),
        ("lamp,b,1_0", "rating is not a number"),
        ("lamp,b,-1", "rating out of range"),
        ("lamp,b,101", "rating out of range"),
        ('"lamp,b,1', "not readable as CSV (a quote that does not close?)"),
        ('"lamp"s,b,1', "not readable as CSV (a quote that does not close?)"),
        (f"lamp,{'b' * 200_000},1", "not readable as CSV (a quote that does not close?)"),
    ],
)
def test_a_bad_line_is_counted_and_the_rest_is_used(read, line, reason):
    found = read(f"{HEADER}lamp,a,1\n\n{line}\n{line}\nrug,c,1\n")
    assert found.problems == {reason: 2}
    assert found.lines == {reason: 4}
    assert found.queries() == ["lamp", "rug"]
    assert found.ratings["lamp"] == {"a": 1}


def test_a_line_that_is_not_utf8_spoils_no_other(read):
    found = read(HEADER.encode() + "Café,a,1\n".encode("latin-1") + b"5 \x80,a,1\n" + "Café,b,1\n".encode())
    assert found.problems == {"not UTF-8": 2}
    assert found.relevant("Café") == {"b"}


def test_the_scale_can_be_given(read):
    found = read(HEADER + "lamp,a,3\nlamp,b,50\n", highest=3)
    assert found.problems == {"rating out of range": 1}
    assert found.most == 3


def test_a_judgement_twice_counts_once(read):
    found = read(HEADER + "lamp,a,1\nlamp,a,1.0\nlamp,b,1\n")
    assert found.problems == {"judged twice alike": 1}
    assert found.relevant("lamp") == {"a", "b"}


def test_of_judgements_that_contradict_none_is_believed(read):
    found = read(HEADER + "lamp,a,1\nlamp,a,0\nlamp,a,1\nlamp,b,1\nrug,c,1\nrug,c,0\n")
    assert found.ratings == {"lamp": {"b": 1}, "rug": {}}
    assert found.problems == {"contradicts an earlier line": 3, "query without a relevant document": 1}
    assert found.lines == {"contradicts an earlier line": 3}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "query and docid and rating are not there"),
        ("query;docid;rating\nlamp;a;1\n", "query and docid and rating are not there"),
        ("query,docid\nlamp,a\n", "and rating is not there"),
        ("query,docid,rating,rating\nlamp,a,1,2\n", "and rating is not there"),
        ('{"query": "lamp"}\n', "query and docid and rating are not there"),
        (HEADER.encode("utf-16"), "are not there"),
        (b"\x1f\x8b\x08\x00\x00\xff\xfe", "are not there"),
        ('query,docid,"rating', "are not there"),
        (HEADER, "holds no usable judgement"),
        (HEADER + "lamp,a,x\nlamp,b,y\nlamp,c,-1\n", "holds no usable judgement: 2 times rating is not a number"),
    ],
)
def test_what_is_no_such_file_is_one_sentence(read, content, words):
    with pytest.raises(JudgmentsError) as caught:
        read(content)
    assert words in str(caught.value)
    assert "judgments.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(JudgmentsError, match="cannot be read"):
            read_judgments(path)


def test_thousands_of_queries_stream_by(tmp_path):
    file = tmp_path / "many.csv"
    with file.open("w") as out:
        out.write(HEADER)
        # Lines that repeat: what is kept is small, what is read is not.
        out.writelines(f"query {n % 3000},doc {n % 3000},1,{'x' * 200}\n" for n in range(60_000))
        out.writelines(f"query {n},doc {n},{n % 2}\n" for n in range(3000))
    tracemalloc.start()
    found = read_judgments(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.queries()) == 1500
    assert found.problems == {
        "too many columns (a comma without quotes?)": 60_000,
        "query without a relevant document": 1500,
    }
    assert peak < file.stat().st_size / 3


ROWS = st.lists(st.tuples(st.sampled_from(["lamp", "rug"]), st.sampled_from("abc"), st.integers(-1, 3)), max_size=12)


@given(ROWS, st.randoms(use_true_random=False))
def test_every_line_is_used_or_counted_in_any_order(tmp_path_factory, rows, random):
    file = tmp_path_factory.mktemp("rows") / "judgments.csv"
    lines = [f"{query},{docid},{rating}\n" for query, docid, rating in rows] + ["desk,z,3\n"]

    def read_all():
        file.write_text(HEADER + "".join(lines))
        return read_judgments(file)

    found = read_all()
    queries_apart = {reason: n for reason, n in found.problems.items() if "relevant" not in reason}
    used = sum(map(len, found.ratings.values()))
    contradicted = {(q, d) for q, d, r in rows if r >= 0 and {s for p, e, s in rows if (p, e) == (q, d)} - {-1, r}}
    assert used + len(contradicted) + sum(queries_apart.values()) == len(lines)
    random.shuffle(lines)
    assert {q: dict(found.ratings[q]) for q in found.ratings} == dict(read_all().ratings)


@given(st.binary(max_size=200))
def test_hostile_bytes_are_a_sentence_or_a_count(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("bytes") / "judgments.csv"
    file.write_bytes(HEADER.encode() + content)
    try:
        found = read_judgments(file)
    except JudgmentsError:
        return
    assert all(0 <= rating <= 100 for judged in found.ratings.values() for rating in judged.values())

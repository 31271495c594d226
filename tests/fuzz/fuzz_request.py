"""Fuzzes what reads requests and changes bodies. Needs atheris, which the project does not depend on:

    pip install atheris && python tests/fuzz/fuzz_request.py -runs=1000000 -max_len=512 CORPUS

CORPUS is a folder for the inputs that brought something new; seeds are written there where it is empty. Ends with a
traceback at the first input that breaks a promise of `request_checks.py`.
"""

import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["genfacet"]):
    import request_checks

BODY = {"query": {"bool": {"must": {"match": {"title": "printer"}}, "filter": [{"term": {"brand": "x"}}]}}, "size": 3}
SECTION = {"user_query": "printer", "selected": {"brand": ["HP"], "~use": ["u|weight=1.."]}, "mode": "auto"}
SEEDS = [
    b"\0" + json.dumps({**BODY, "ext": {"genfacet": SECTION, "other": 1}}).encode(),
    b"\0" + json.dumps({"ext": {"genfacet": {"rewritten": "laser printer", "size": 5}}, **BODY}).encode(),
    b"\0" + json.dumps({"retriever": {"standard": BODY}, "ext": {"genfacet": SECTION}}).encode(),
    b"\1" + json.dumps({"took": 1, "ext": {"a": [1]}, "hits": {"total": {"value": 0}}}).encode(),
    b"\2" + json.dumps({"took": 1, "responses": [{"hits": {}}, {"error": {}}, 1]}).encode(),
    b"\3\5\1\6\2",
    b"\4" + bytes(range(1, 120)),
    b"\5" + bytes(range(120, 0, -1)),
]


def write_seeds(folder: Path) -> None:
    """Gives the fuzzer something to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        for place, seed in enumerate(SEEDS):
            (folder / f"seed-{place}").write_bytes(seed)


def main() -> None:
    """Runs the fuzzer; its options are those of libFuzzer."""
    for argument in sys.argv[1:]:
        if not argument.startswith("-"):
            write_seeds(Path(argument))
    atheris.Setup(sys.argv, request_checks.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

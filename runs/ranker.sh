#!/usr/bin/env bash
# Makes plugin/genfacet/sources/ranker.json again: Icecat with its expert plans, and two generated shops.
# Needs ../shared beside the checkout; about two minutes on two cores.
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/environment"
environment .venv --group test --group check
PATH=$root/.venv/bin:$PATH
data=$root/../shared/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exports=$(scripts/servers up es --install)
eval "$exports"

indices=()
add() { # INDEX FILE
  (cd "$work" && genfacet index "$2" --index "$1" --analyzer english --recreate)
  genfacet init --index "$1" --out "$work/$1.yml" >/dev/null
  indices+=(--index "$1")
}
add genfacet-ranker-icecat "$data/icecat/products.jsonl.gz"
for seed in 21 22; do
  genfacet shop "$work/$seed.jsonl.gz" --seed "$seed"
  add "genfacet-ranker-$seed" "$work/$seed.jsonl.gz"
done
python - "$work" <<'PY'
import sys
from pathlib import Path

import yaml

files = [yaml.safe_load(file.read_text()) for file in sorted(Path(sys.argv[1]).glob("*.yml"))]
merged = files[0] | {"indices": {name: index for file in files for name, index in file["indices"].items()}}
Path(sys.argv[1], "all.yaml").write_text(yaml.safe_dump(merged))
PY
genfacet train ranker --config "$work/all.yaml" "${indices[@]}" --plans "$data/teacher/plans.jsonl" \
  --without "$data/icecat/judgments.csv" --queries 200 --out plugin/genfacet/sources/ranker.json

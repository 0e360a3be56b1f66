#!/usr/bin/env bash
# run.sh BUILD SECONDS: every fuzzer of the build for that long, from the kept inputs and the rules of the project.
set -euo pipefail

build=$1
seconds=$2
here=tests/fuzz
shopt -s nullglob
fuzzers=("$build"/bin/*_fuzz)
[[ ${#fuzzers[@]} -gt 0 ]] || { echo "fuzz: no fuzzer was built" >&2; exit 2; }

status=0
for fuzzer in "${fuzzers[@]}"; do
  name=$(basename "$fuzzer")
  grown=$build/corpus/$name
  findings=$build/findings/$name
  mkdir -p "$grown" "$findings" "$here/corpus/$name"
  seeds=$build/seeds/$name
  rm -rf "$seeds"
  mkdir -p "$seeds"
  # libFuzzer reads folders, not patterns; names are made unique because many files share one.
  number=0
  while read -r file; do
    cp "$file" "$seeds/$((number++)).rules"
  done < <(git ls-files -co --exclude-standard -- '*.rules')
  echo "== $name: $seconds s from $number rule files"
  if ! "$fuzzer" "$grown" "$here/corpus/$name" "$seeds" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=8192 -dict="$here/rules.dict" -artifact_prefix="$findings/" -print_final_stats=1 -verbosity=0 \
    >"$build/$name.log" 2>&1; then
    tail -n 60 "$build/$name.log"
    echo "$name found something: $findings"
    status=1
  elif ! grep -E "stat::number_of_executed_units|stat::peak_rss" "$build/$name.log"; then
    tail -n 20 "$build/$name.log"
    echo "$name is no libFuzzer program: nothing was tried"
    status=1
  fi
done
exit "$status"

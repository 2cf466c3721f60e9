#!/usr/bin/env bash
# Builds the wheel and the sdist twice and compares them, and tests the wheel where nothing else is: in a fresh virtual
# environment for each Python of MNNQUANT_PYTHONS (python3). To be run after `pnpm build`.
set -euo pipefail
cd "$(dirname "$0")/.."
here="$PWD"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT

node scripts/build.mjs "$out/first" >/dev/null
node scripts/build.mjs "$out/second" >/dev/null
diff -r "$out/first" "$out/second"

for python in ${MNNQUANT_PYTHONS:-python3}; do
  rm -rf "$out/venv"
  "$python" -m venv "$out/venv"
  "$out/venv/bin/pip" install --quiet --disable-pip-version-check "$out"/first/*.whl -r scripts/requirements-test.txt
  (cd "$out" && PYTHONDONTWRITEBYTECODE=1 venv/bin/python -m pytest -q -p no:cacheprovider --rootdir "$here/tests" "$here/tests")
done

# The types: of the package as it is installed, and of what calls it.
"$out/venv/bin/mypy" --strict --cache-dir "$out/mypy" -p mnnquant
"$out/venv/bin/mypy" --strict --cache-dir "$out/mypy" tests

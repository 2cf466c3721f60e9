"""Where the command lies inside of this package."""

from __future__ import annotations

from pathlib import Path

#: As the npm package: bin/, bundle/, wasm/, schema/ and, in node_modules/, the image library.
CLI = Path(__file__).resolve().parent / "_cli"

COMMAND = CLI / "bin" / "mnnquant.js"

#: The same, for a caller that may end before it.
WATCHED_COMMAND = Path(__file__).resolve().parent / "watched.mjs"

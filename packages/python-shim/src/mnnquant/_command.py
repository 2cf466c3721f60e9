"""The command ``mnnquant``: Node.js with the bundled command, in the place of this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import List

from ._cli_files import COMMAND
from ._node import find_node
from .errors import NodeError


def main() -> int:
    """Runs the command with this process's arguments; its exit code, where that is still to be told."""
    try:
        node = find_node()
    except NodeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    arguments = [node, str(COMMAND), *sys.argv[1:]]
    if sys.platform == "win32":
        return _run_child(arguments)
    _default_signals()
    # Node takes this process's place: terminal, signals and exit code are its own, and nothing is left to be orphaned.
    try:
        os.execv(node, arguments)
    except OSError as error:
        print(f"error: cannot start {node}: {error}", file=sys.stderr)
        return 1


def _default_signals() -> None:
    """Python ignores these, and what is ignored stays so in a program that takes its place."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_DFL)


def _run_child(arguments: List[str]) -> int:
    """Windows has no exec that the caller waits for. Ctrl-C reaches all programs of a console: here it is waited for."""
    for name in ("SIGINT", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen(arguments)
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.kill()

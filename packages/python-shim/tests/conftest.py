"""The tests run what is installed: Python of an environment with the wheel, not the sources beside them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
DIGITS = REPOSITORY / "examples" / "digits"

#: The command as npm users have it, with sharp's library of the platform.
NPM_COMMAND = ["node", str(REPOSITORY / "packages" / "cli" / "bin" / "mnnquant.js")]
COMMAND = [str(Path(sys.executable).parent / "mnnquant")]
MODULE = [sys.executable, "-m", "mnnquant"]


@pytest.fixture(scope="session", autouse=True)
def is_installed() -> None:
    import mnnquant

    assert not Path(mnnquant.__file__).is_relative_to(REPOSITORY / "packages" / "python-shim" / "src")


@pytest.fixture
def config() -> Dict[str, Any]:
    """Of the digits, to be used from any folder."""
    config = json.loads((DIGITS / "config.json").read_text())
    return {**config, "path": f"{DIGITS / 'calibration'}{os.sep}", "used_sample_num": 5}


@pytest.fixture
def model() -> Path:
    return DIGITS / "digits.mnn"


@pytest.fixture
def config_path(tmp_path: Path, config: Dict[str, Any]) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return path


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.delenv("MNNQUANT_NODE", raising=False)


FakeNode = Callable[..., Path]


@pytest.fixture
def fake_node() -> FakeNode:
    """Writes a program that tells a version, and prints its arguments when it is run as Node."""

    def write(path: Path, version: str, script: str = 'for each; do echo "[$each]"; done; exit 7') -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo {version}; exit; fi\n{script}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return write


def run(command: List[str], *arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    texts = [*command, *map(str, arguments)]
    return subprocess.run(texts, capture_output=True, encoding="utf-8", timeout=180, check=False, **options)

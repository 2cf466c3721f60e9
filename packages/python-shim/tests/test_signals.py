"""Nothing is left running, whoever is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import COMMAND, DIGITS, MODULE

if sys.platform == "win32":
    pytest.skip("signals are POSIX's", allow_module_level=True)

# Seconds for what takes a moment on an idle machine; shorter than a process sleeps that must not be waited for.
PATIENCE = 60


@pytest.fixture
def long_job(tmp_path: Path, config: Dict[str, Any]) -> List[str]:
    """The arguments of a job that takes many seconds."""
    images = tmp_path / "images"
    images.mkdir()
    for image in (DIGITS / "test").iterdir():
        for copy in range(6):
            (images / f"{copy}_{image.name}").symlink_to(image)
    path = tmp_path / "long.json"
    path.write_text(json.dumps({**config, "path": str(images), "used_sample_num": 3000}))
    return [str(DIGITS / "digits.mnn"), str(tmp_path / "out.mnn"), str(path)]


def children(pid: int) -> List[int]:
    """Of a process and of what it started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    direct = [child for child, parent in pairs if parent == pid]
    return direct + [each for child in direct for each in children(child)]


def is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state.strip() != "" and not state.startswith("Z")


def wait_until_ended(pids: List[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline, f"still running: {[pid for pid in pids if is_running(pid)]}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("command", "number"),
    [(COMMAND, signal.SIGINT), (COMMAND, signal.SIGTERM), (MODULE, signal.SIGINT)],
)
def test_a_signal_ends_the_command(
    command: List[str], number: signal.Signals, tmp_path: Path, long_job: List[str]
) -> None:
    running = subprocess.Popen(
        [*command, *long_job], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert running.stderr is not None
    assert running.stderr.readline() == b"images: 25%\n"
    started = children(running.pid)
    running.send_signal(number)
    output, messages = running.communicate(timeout=PATIENCE)
    assert running.returncode == -number
    assert output == b""
    assert b"Traceback" not in messages
    wait_until_ended(started)
    assert not (tmp_path / "out.mnn").exists()


SCRIPT = """
import sys, mnnquant
try:
    mnnquant.quantize(*sys.argv[1:])
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_command_ends_with_the_python_that_called_it(
    number: signal.Signals, tmp_path: Path, long_job: List[str]
) -> None:
    running = subprocess.Popen([sys.executable, "-c", SCRIPT, *long_job], stdout=subprocess.PIPE)
    deadline = time.monotonic() + PATIENCE
    while not _is_computing(running.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    started = children(running.pid)
    running.send_signal(number)
    output, _ = running.communicate(timeout=PATIENCE)
    assert output == (b"interrupted\n" if number == signal.SIGINT else b"")
    wait_until_ended(started)
    assert not (tmp_path / "out.mnn").exists()


FORKING = """
import os, signal, sys, threading, time, mnnquant
threading.Thread(target=mnnquant.quantize, args=sys.argv[1:], daemon=True).start()
sys.stdin.readline()
if os.fork() == 0:
    time.sleep(300)
    os._exit(0)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_command_ends_also_when_a_fork_of_that_python_goes_on(tmp_path: Path, long_job: List[str]) -> None:
    forking = [sys.executable, "-c", FORKING, *long_job]
    running = subprocess.Popen(forking, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _is_computing(running.pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        started = children(running.pid)
        running.communicate(b"\n", timeout=PATIENCE)
        wait_until_ended(started)
        assert not (tmp_path / "out.mnn").exists()
    finally:
        os.killpg(running.pid, signal.SIGKILL)


def _is_computing(pid: int) -> bool:
    """Whether the command was started and has worked for a while."""
    started = children(pid)
    if not started:
        return False
    # -ww: however long the names are.
    asked = ["ps", "-ww", "-o", "cputimes=,args=", "-p", str(started[0])]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False)
    return "watched.mjs" in shown.stdout and int(shown.stdout.split()[0]) >= 1


def test_what_ended_the_command_is_told(fake_node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import mnnquant

    monkeypatch.setenv("MNNQUANT_NODE", str(fake_node(tmp_path / "node", "v22.0.0", "kill -9 $$")))
    with pytest.raises(mnnquant.QuantizeError, match="was ended by signal 9") as caught:
        mnnquant.quantize("a.mnn", "b.mnn", "c.json")
    assert caught.value.exit_code == -9

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import COMMAND, DIGITS, MODULE, NPM_COMMAND, REPOSITORY, run

BOTH = pytest.mark.parametrize("command", [COMMAND, MODULE], ids=["command", "module"])


@BOTH
def test_writes_what_the_npm_package_writes(
    command: List[str], tmp_path: Path, model: Path, config_path: Path
) -> None:
    ours, theirs = tmp_path / "ours.mnn", tmp_path / "theirs.mnn"
    done = run(command, model, ours, config_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Quantize model done!")
    assert run(NPM_COMMAND, model, theirs, config_path).returncode == 0
    for suffix in ("", ".json"):
        written = [Path(f"{path}{suffix}").read_bytes() for path in (ours, theirs)]
        assert written[0] == written[1]


@BOTH
def test_version_is_the_npm_packages(command: List[str]) -> None:
    npm = json.loads((REPOSITORY / "packages" / "cli" / "package.json").read_text())
    assert run(command, "--version").stdout == f"{npm['version']}\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        ([], 2),
        (["a.mnn"], 2),
        (["--bakend", "cpu"], 2),
        (["--threads", "0", "a", "b", "c"], 2),
        (["no such.mnn", "b.mnn", "config.json"], 2),
        ([str(DIGITS / "digits.mnn"), "b.mnn", "no-images.json"], 1),
    ],
)
def test_output_and_exit_code_are_the_npm_packages(
    arguments: List[str], code: int, tmp_path: Path, config_path: Path, config: Dict[str, Any]
) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.png").write_text("no image")
    (tmp_path / "no-images.json").write_text(json.dumps({**config, "path": "texts/"}))
    ours, theirs = (run(each, *arguments, cwd=tmp_path) for each in (COMMAND, NPM_COMMAND))
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert ours.returncode == code
    assert not (tmp_path / "b.mnn").exists()


@pytest.mark.parametrize("name", ["with spaces", "模型 ü", "-dash"])
def test_names_of_files(name: str, tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / f"{name}.mnn").write_bytes(model.read_bytes())
    (folder / f"{name}.json").write_text(json.dumps(config))
    done = run(COMMAND, "-q", "--", f"{name}.mnn", f"{name}8.mnn", f"{name}.json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / f"{name}8.mnn").stat().st_size > 0


def test_path_is_relative_to_the_working_directory(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "elsewhere" / "config.json"
    path.write_text(json.dumps({**config, "path": "calibration"}))
    assert run(COMMAND, model, tmp_path / "a.mnn", path, cwd=DIGITS).returncode == 0


def test_json_is_all_of_standard_output(tmp_path: Path, model: Path, config_path: Path) -> None:
    done = run(COMMAND, "--json", model, tmp_path / "a.mnn", config_path)
    assert json.loads(done.stdout)["prediction"]["convolutions"] == {"int8": 9, "total": 9}
    assert done.stderr == ""


def test_a_terminal_stays_one(tmp_path: Path, model: Path, config_path: Path) -> None:
    import pty

    shown: List[bytes] = []

    def read(descriptor: int) -> bytes:
        shown.append(os.read(descriptor, 4096))
        return shown[-1]

    status = pty.spawn([*COMMAND, str(model), str(tmp_path / "a.mnn"), str(config_path)], read)
    assert os.WEXITSTATUS(status) == 0
    # The bar; elsewhere than on a terminal it is a line per quarter.
    text = b"".join(shown).decode()
    assert re.search(r"calibrate .* 100% \| .* \| ETA", text)
    assert "calibrate: 100%" not in text


def test_other_libraries_for_images_are_not_taken(tmp_path: Path, model: Path, config_path: Path) -> None:
    """Of a JavaScript project in which the environment lies."""
    platforms = ["linux-x64", "linux-arm64", "linuxmusl-x64", "darwin-x64", "darwin-arm64"]
    folders = [Path(sys.prefix) / "node_modules" / "@img" / f"sharp-{each}" for each in platforms]
    try:
        for folder in folders:
            folder.mkdir(parents=True)
            (folder / "sharp.node.js").write_text("process.exit(9)")
        assert run(COMMAND, model, tmp_path / "a.mnn", config_path).returncode == 0
    finally:
        for folder in folders:
            (folder / "sharp.node.js").unlink()
            folder.rmdir()


def test_every_format_has_the_pixels_of_the_npm_package(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    """Formats that libvips reads, whole and cut off: the scales tell of the pixels."""
    images = tmp_path / "images"
    images.mkdir()
    script = Path(__file__).with_name("make_images.mjs")
    made = run(["node", str(script)], REPOSITORY / "packages" / "cli", images)
    assert made.returncode == 0, made.stderr
    (tmp_path / "config.json").write_text(json.dumps({**config, "path": "images/", "used_sample_num": 99}))
    reports = []
    for command in (COMMAND, NPM_COMMAND):
        done = run(command, "--json", model, "out.mnn", "config.json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        used, skipped = (json.loads(done.stdout)["images"][each] for each in ("used", "skipped"))
        # Not the reasons: libvips has one log for all that it decodes at a time.
        reports.append((used, [each["name"] for each in skipped], (tmp_path / "out.mnn").read_bytes()))
    assert reports[0] == reports[1]
    assert len(reports[0][0]) == 14
    assert all(name.startswith("cut") for name in reports[0][1])

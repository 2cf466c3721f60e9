from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, Callable, Dict, List

import mnnquant
import pytest
from conftest import COMMAND, DIGITS, MODULE, run


def test_the_report_is_the_commands(tmp_path: Path, model: Path, config: Dict[str, Any], config_path: Path) -> None:
    report = mnnquant.quantize(model, tmp_path / "api.mnn", config)
    done = run(COMMAND, "--json", model, tmp_path / "api.mnn", config_path)
    raw = json.loads(done.stdout)
    assert {**report.raw, "seconds": 0} == {**raw, "seconds": 0}
    assert (report.source, report.target) == (str(model), str(tmp_path / "api.mnn"))
    assert report.source_bytes == model.stat().st_size
    assert report.target_bytes == (tmp_path / "api.mnn").stat().st_size
    assert report.prediction.convolutions == mnnquant.Share(int8=9, total=9)
    assert report.prediction.casts == raw["prediction"]["casts"]
    assert [op.name for op in report.prediction.ops] == [op["name"] for op in raw["prediction"]["ops"]]
    floats = [op for op in report.prediction.ops if not op.int8]
    assert [op.type for op in floats] == ["Reduction", "Flatten", "Softmax"]
    assert all(op.reason for op in floats)
    assert report.images.used == tuple(sorted(os.listdir(DIGITS / "calibration"))[:5])
    assert (report.backend.name, report.backend.reproducible, report.warnings) == ("cpu", True, ())


def test_writes_what_the_command_writes(
    tmp_path: Path, model: Path, config: Dict[str, Any], config_path: Path
) -> None:
    mnnquant.quantize(str(model), str(tmp_path / "dict.mnn"), OrderedDict(config))
    mnnquant.quantize(model, tmp_path / "path.mnn", config_path)
    assert run(COMMAND, model, tmp_path / "command.mnn", config_path).returncode == 0
    written = {(tmp_path / f"{name}.mnn").read_bytes() for name in ("dict", "path", "command")}
    assert len(written) == 1


def test_a_report_does_not_change(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    report = mnnquant.quantize(model, tmp_path / "a.mnn", config, threads=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.threads = 2  # type: ignore[misc]
    assert "raw=" not in repr(report)


def test_a_relative_path_is_from_the_working_directory(
    tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DIGITS)
    report = mnnquant.quantize(model, tmp_path / "a.mnn", {**config, "path": Path("calibration")})
    assert len(report.images.used) == 5


@pytest.mark.parametrize("name", ["with spaces", "模型 ü", "-dash"])
def test_names_of_files(
    name: str, tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    images = folder / name
    images.mkdir(parents=True)
    (images / f"{name}.png").write_bytes((DIGITS / "calibration" / "000_5.png").read_bytes())
    (folder / f"{name}.mnn").write_bytes(model.read_bytes())
    monkeypatch.chdir(folder)
    report = mnnquant.quantize(f"{name}.mnn", f"{name}8.mnn", {**config, "path": name})
    assert report.target == f"{name}8.mnn"
    assert report.images.used == (f"{name}.png",)


def test_options_reach_the_command(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    report = mnnquant.quantize(
        model, tmp_path / "a.mnn", config, backend="cpu", threads=2, memory=1000, fast_math=True, strict_backend=True
    )
    assert (report.threads, report.fast_math, report.raw["twice"]) == (2, True, "memory")
    assert report.backend.asked == "cpu"
    assert mnnquant.quantize(model, tmp_path / "a.mnn", config, memory="1G").raw["passes"] == 1


def test_statistics_are_saved_and_reused(
    tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target, name = tmp_path / "a.mnn", "-stats.npz"
    saved = mnnquant.quantize(model, target, config, save_stats=name)
    assert saved.raw["statistics"] == {"saved": name, "bytes": (tmp_path / name).stat().st_size}
    clamped = {**config, "feature_clamp_value": 90}
    reused = mnnquant.quantize(model, target, clamped, load_stats=Path(name))
    assert (reused.raw["statistics"], reused.raw["passes"]) == ({"reused": name}, 0)
    content = target.read_bytes()
    mnnquant.quantize(model, target, clamped)
    assert target.read_bytes() == content
    with pytest.raises(mnnquant.UsageError, match="mean: was"):
        mnnquant.quantize(model, target, {**config, "mean": [1, 1, 1]}, load_stats=name)


@pytest.mark.parametrize("name", ["report.html", "-report.json"])
def test_report(
    name: str, tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = mnnquant.quantize(model, tmp_path / "a.mnn", config, report=name)
    assert report.raw["reportFile"] == name
    assert report.raw["report"]["summary"]["convolutions"]["total"] == report.prediction.convolutions.total
    text = (tmp_path / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        assert json.loads(text) == report.raw["report"]
    else:
        assert text.lower().startswith("<!doctype html>")


def test_warnings_are_told(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    told: List[str] = []
    report = mnnquant.quantize(model, tmp_path / "a.mnn", {**config, "wdth": 3}, on_warning=told.append)
    assert [text for text in told if '"wdth"' in text]
    assert tuple(told) == report.warnings


def test_an_error_in_on_warning_ends_the_command(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    def refuse(message: str) -> None:
        raise LookupError(message)

    with pytest.raises(LookupError, match="wdth"):
        mnnquant.quantize(model, tmp_path / "a.mnn", {**config, "wdth": 3}, on_warning=refuse)
    assert not (tmp_path / "a.mnn").exists()


def test_wrong_usage(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    with pytest.raises(mnnquant.UsageError, match="^cannot read the model no such.mnn: ") as caught:
        mnnquant.quantize("no such.mnn", tmp_path / "a.mnn", config)
    assert caught.value.exit_code == 2
    with pytest.raises(mnnquant.UsageError, match="threads"):
        mnnquant.quantize(model, tmp_path / "a.mnn", config, threads=0)
    with pytest.raises(mnnquant.UsageError, match="^config:\n  width: "):
        mnnquant.quantize(model, tmp_path / "a.mnn", {**config, "width": -1})
    with pytest.raises(mnnquant.UsageError, match="config: expected what JSON can hold"):
        mnnquant.quantize(model, tmp_path / "a.mnn", {**config, "mean": [float("nan")]})


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed")
def test_a_working_directory_that_is_gone(
    tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(mnnquant.UsageError, match="the working directory is gone"):
        mnnquant.quantize(model, tmp_path / "a.mnn", config)
    done = run(MODULE, model, tmp_path / "a.mnn", tmp_path / "c.json")
    assert done.returncode == 2
    assert "error: the working directory is gone" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such files")
def test_a_dictionary_leaves_no_file(
    tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    told: List[List[str]] = []
    mnnquant.quantize(
        model, tmp_path / "a.mnn", {**config, "wdth": 3}, on_warning=lambda _: told.append(os.listdir(temporary))
    )
    assert told == [[]]


def test_failed_work(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.png").write_text("no image")
    with pytest.raises(mnnquant.QuantizeError, match="texts") as caught:
        mnnquant.quantize(model, tmp_path / "a.mnn", {**config, "path": tmp_path / "texts"})
    assert caught.value.exit_code == 1
    assert "warning: " not in caught.value.message
    assert not (tmp_path / "a.mnn").exists()


def test_nothing_temporary_is_left(
    tmp_path: Path, model: Path, config: Dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    mnnquant.quantize(model, tmp_path / "a.mnn", config)
    with pytest.raises(mnnquant.UsageError):
        mnnquant.quantize(model, tmp_path / "b.mnn", {})
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("kind", [str, Path])
def test_a_configs_name_is_told_as_it_was_given(
    kind: Callable[[str], Any], tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(mnnquant.UsageError) as caught:
        mnnquant.quantize(model, "out.mnn", kind("a"))
    assert caught.value.message == "cannot read the config file a: ENOENT: no such file or directory, open 'a'"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGCHLD")
def test_a_caller_that_ignores_the_end_of_children(tmp_path: Path, model: Path, config: Dict[str, Any]) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with pytest.raises(mnnquant.QuantizeError, match="cannot read the model nope.mnn") as caught:
            mnnquant.quantize("nope.mnn", tmp_path / "a.mnn", config)
        assert caught.value.exit_code is None
        assert mnnquant.quantize(model, tmp_path / "a.mnn", config).prediction.convolutions.int8 == 9
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.skipif(sys.platform == "win32", reason="the fake Node is a shell script")
def test_warnings_after_what_node_itself_prints(
    fake_node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = r"(node:1) Warning: odd\nwarning: first\nerror: none such:\nwarning: is the name of a file\n"
    monkeypatch.setenv("MNNQUANT_NODE", str(fake_node(tmp_path / "node", "v22.0.0", f"printf '{printed}' >&2; exit 1")))
    told: List[str] = []
    with pytest.raises(mnnquant.QuantizeError) as caught:
        mnnquant.quantize("a.mnn", "b.mnn", "c.json", on_warning=told.append)
    assert told == ["first"]
    assert caught.value.message == "none such:\nwarning: is the name of a file"

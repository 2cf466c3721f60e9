#!/usr/bin/env python3
"""Every op of ONNX as MNN's converter renders it, with what MNN's runtime answers.

  onnx_cases.py FOLDER [--only TEXT]

Takes the one-op networks that the package onnx defines for its operators, converts each with MNN's converter, runs it in
MNN's runtime, and leaves in FOLDER: cases.json, a list of {"name", "ops", "status", "model", "inputs", "outputs", "onnx",
"error"}, and beside it the files that it names, `.mnn` and `.npz`; "onnx" has the outputs as ONNX defines them. Each
network has a process of its own, since MNN may crash. The status is "answered", "not fed" (an input of a type that
MNN's Python interface cannot take), "not converted" or "not run".
"""
import argparse
import json
import multiprocessing
import multiprocessing.connection
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np

# For a case; none takes a tenth of one on an idle machine, and MNN waits for ever in five.
SECONDS = 30
AT_ONCE = 8


def collect(only):
    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases

    try:
        cases = collect_testcases()
    except TypeError:  # onnx before 1.17 takes an op type
        cases = collect_testcases(None)
    seen = set()
    for case in cases:
        if only in case.name and case.name not in seen:
            seen.add(case.name)
            yield case


def plain(array):
    """As MNN keeps it: float32, or int32 for whole numbers and truth values; None for anything else."""
    if not isinstance(array, (np.ndarray, np.generic)):
        return None
    array = np.asarray(array)
    if array.dtype in (np.float32, np.float64, np.float16):
        return array.astype(np.float32)
    if array.dtype == np.uint8:
        return array
    if array.dtype != np.int8 and np.issubdtype(array.dtype, np.integer) or array.dtype == np.bool_:
        return array.astype(np.int64).clip(-(2**31), 2**31 - 1).astype(np.int32)
    return None


def variable(expr, like, array):
    kind, dtype = {np.dtype(np.uint8): (expr.uint8, np.uint8)}.get(
        array.dtype, (expr.int, np.int32) if np.issubdtype(array.dtype, np.integer) else (expr.float, np.float32))
    layout = expr.NHWC if like.data_format == expr.NHWC else expr.NCHW
    array = np.ascontiguousarray(array, dtype)
    var = expr.const(array, list(array.shape), layout, kind)
    return expr.convert(var, expr.NC4HW4) if like.data_format == expr.NC4HW4 else var


def run_model(path, feeds):
    import MNN.expr as expr
    import MNN.nn as nn

    info = nn.load_module_from_file(str(path), [], []).get_info()
    runtime = nn.create_runtime_manager(({"backend": "CPU", "precision": "high", "numThread": 1},))
    net = nn.load_module_from_file(str(path), info["inputNames"], info["outputNames"], runtime_manager=runtime)
    missing = [name for name in info["inputNames"] if name not in feeds]
    if missing:
        raise RuntimeError(f"no data for {missing}")
    result = {}
    # Empty where MNN gave up without a word.
    answers = net.forward([variable(expr, like, feeds[name]) for name, like in zip(info["inputNames"], info["inputs"])])
    if len(answers) != len(info["outputNames"]):
        raise RuntimeError("gave no answer")
    for name, var in zip(info["outputNames"], answers):
        if var.data_format == expr.NC4HW4:
            var = expr.convert(var, expr.NCHW)
        empty = 0 in var.shape
        value = np.zeros(var.shape, np.float32) if empty else np.array(var.read()).reshape(var.shape)
        result[name] = value if value.dtype in (np.float32, np.int32, np.uint8, np.int8) else value.astype(np.int32)
    return result


def convert(name, folder):
    import _tools

    source, target = folder / f"{name}.onnx", folder / f"{name}.mnn"
    _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", str(source), "--MNNModel", str(target), "--bizCode", "test"])
    source.unlink()
    return target


def quiet():
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def write_cases(folder, only, pipe):
    """Leaves the networks in the folder; answers with what there is to run."""
    quiet()
    import onnx

    for case in collect(only):
        answer = {"name": case.name, "ops": sorted({node.op_type for node in case.model.graph.node})}
        inputs, wanted = ([plain(array) for array in arrays] for arrays in case.data_sets[0])
        if any(array is None for array in inputs):
            pipe.send({**answer, "status": "not fed"})
            continue
        onnx.save(case.model, str(folder / f"{case.name}.onnx"))
        names = [value.name for value in case.model.graph.input]
        answer["inputs"] = save(folder, f"{case.name}.in.npz", dict(zip(names, inputs)))
        if not any(array is None for array in wanted):
            outputs = [value.name for value in case.model.graph.output]
            answer["onnx"] = save(folder, f"{case.name}.onnx.npz", dict(zip(outputs, wanted)))
        pipe.send({**answer, "status": "not converted", "error": "refused"})


def work(case, folder, pipe):
    quiet()
    pipe.send({**case, "error": "crashed"})
    target = convert(case["name"], folder)
    if not target.exists():
        return pipe.send(case)
    answer = {**case, "model": target.name}
    pipe.send({**answer, "status": "not run", "error": "crashed"})
    try:
        outputs = run_model(target, np.load(folder / case["inputs"]))
    except Exception as error:
        return pipe.send({**answer, "status": "not run", "error": str(error)})
    outputs = save(folder, f"{case['name']}.out.npz", outputs)
    pipe.send({**answer, "status": "answered", "outputs": outputs, "error": ""})


def save(folder, name, arrays):
    np.savez(folder / name, **{key: np.ascontiguousarray(array).reshape(array.shape) for key, array in arrays.items()})
    return name


def start(target, *args):
    """A process of its own, and where it is heard until it ends, crashes or is stopped."""
    receiver, sender = multiprocessing.Pipe(False)
    process = multiprocessing.Process(target=target, args=(*args, sender))
    process.start()
    sender.close()
    return receiver, process


def collected(folder, only):
    """The cases, written by a process of its own so that the ones that follow are small and quick to start."""
    receiver, process = start(write_cases, folder, only)
    cases = []
    try:
        while True:
            cases.append(receiver.recv())
    except EOFError:
        process.join()
    if process.exitcode != 0:
        sys.exit(f"writing the networks ended with {process.exitcode}")
    return cases


def answered(cases, folder):
    """The cases with what became of them. Several are run at the same time, so that none waits for those that hang."""
    answers, running = list(cases), {}
    waiting = [index for index, case in reversed(list(enumerate(cases))) if case["status"] != "not fed"]
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            index = waiting.pop()
            receiver, process = start(work, cases[index], folder)
            running[receiver] = index, process, time.monotonic() + SECONDS
        first = min(end for _, _, end in running.values())
        for receiver in multiprocessing.connection.wait(running, max(0, first - time.monotonic())):
            try:
                answers[running[receiver][0]] = receiver.recv()
            except EOFError:
                _, process, _ = running.pop(receiver)
                process.join()
        now = time.monotonic()
        for receiver in [receiver for receiver, (_, _, end) in running.items() if end <= now]:
            index, process, _ = running.pop(receiver)
            answers[index] = {**answers[index], "error": "hangs"}
            process.kill()
            process.join()
    return answers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    multiprocessing.set_start_method("fork")
    cases = collected(args.folder, args.only)
    import MNN.expr  # noqa: F401  loaded once, before the processes part
    import MNN.nn  # noqa: F401
    import _tools  # noqa: F401

    (args.folder / "cases.json").write_text(json.dumps(answered(cases, args.folder), indent=1))


if __name__ == "__main__":
    sys.exit(main())

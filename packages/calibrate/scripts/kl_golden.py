#!/usr/bin/env python3
"""Makes test/golden/kl.json: what MNN's own tool takes for the scale of known values.

  kl_golden.py WORK_FOLDER OUT.json        (needs `pip install MNN==3.6.1 numpy`)

One model with one input per distribution, each read by a 1x1 convolution; the values are fed as
text in the tool's sequence mode, and the scales are read back from the `.mnn.json` it writes.
The values are a function of the distribution's name and the position (see `value`), so that the
test can make them again.
"""
import json
import os
import subprocess
import sys

import numpy as np
import MNN.expr as F

SIDE = 96  # a sample is SIDE * SIDE values
SAMPLES = 2


def uniform(state):
    """Multiplicative congruential generator modulo 2^31 - 1; exact in doubles."""
    state = state * 48271 % 2147483647
    return state, state / 2147483647


def normal(state):
    """Twelve uniform numbers: a bell without transcendental functions."""
    total = -6.0
    for _ in range(12):
        state, u = uniform(state)
        total += u
    return state, total


def value(kind, index, state):
    if kind in ("uniform", "cubed", "heavy", "coarse", "two-values"):
        state, u = uniform(state)
        x = {
            "uniform": 2 * u - 1,
            "cubed": u * u * u * 20,
            "heavy": 1 / (u + 0.004),
            "coarse": float(int(u * u * 37)),
            "two-values": 3.0 if u < 0.25 else -0.5,
        }[kind]
        return state, x
    state, x = normal(state)  # as is for "normal" and "few"
    if kind == "rectified":
        x = max(x, 0.0)
    elif kind == "shifted":
        x = x + 5
    elif kind == "spiked":
        x = 4.25 if index % 3 == 0 else x
    elif kind == "outlier":
        x = 60.0 if index == 77 else x
    elif kind == "small":
        x = x / 65536
    elif kind == "sparse":
        x = x if index % 64 == 0 else 0.0
    return state, x


KINDS = ["normal", "rectified", "shifted", "spiked", "outlier", "small", "sparse",
         "uniform", "cubed", "heavy", "coarse", "two-values", "few"]


def side(kind):
    """Below 100 positions MNN takes the maximum."""
    return 9 if kind == "few" else SIDE


def values(kind, sample):
    state, result = 1 + 1000 * KINDS.index(kind) + sample, []
    for index in range(side(kind) ** 2):
        state, x = value(kind, index, state)
        result.append(x)
    return np.array(result, dtype=np.float32)


def build(path):
    outputs = []
    for kind in KINDS:
        x = F.placeholder([1, 1, side(kind), side(kind)], F.NCHW)
        x.name = kind
        weight = F.const([1.0], [1, 1, 1, 1], F.NCHW)
        bias = F.const([0.0], [1], F.NCHW)
        outputs.append(F.conv2d(F.convert(x, F.NC4HW4), weight, bias))
    F.save(outputs, path)


def write_samples(folder, count):
    for sample in range(count):
        at = os.path.join(folder, f"sample{sample}")
        os.makedirs(at, exist_ok=True)
        inputs = [{"name": kind, "shape": [1, 1, side(kind), side(kind)]} for kind in KINDS]
        with open(os.path.join(at, "input.json"), "w") as file:
            json.dump({"inputs": inputs, "outputs": []}, file)
        for kind in KINDS:
            with open(os.path.join(at, f"{kind}.txt"), "w") as file:
                file.write("\n".join(f"{x:.9g}" for x in values(kind, sample)))


def quantize(work):
    """Runs MNN's tool; its command-line wrapper in the 3.6.1 wheel passes the arguments wrongly."""
    call = "import MNN, _tools; _tools.mnnquant(['mnnquant', 'kl.mnn', 'kl-int8.mnn', 'config.json'])"
    subprocess.run([sys.executable, "-c", call], cwd=work, check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(work, "kl-int8.mnn.json")) as file:
        return {op["name"]: op["outputs"][0]["scales"][0] for op in json.load(file)}


def main(work, out):
    os.makedirs(os.path.join(work, "data"), exist_ok=True)
    build(os.path.join(work, "kl.mnn"))
    write_samples(os.path.join(work, "data"), SAMPLES)
    config = {"format": "GRAY", "mean": [0], "normal": [1], "width": SIDE, "height": SIDE,
              "path": "data/", "input_type": "sequence", "feature_quantize_method": "KL",
              "weight_quantize_method": "MAX_ABS"}
    with open(os.path.join(work, "config.json"), "w") as file:
        json.dump(config, file)
    scales = quantize(work)
    golden = {"source": "MNN 3.6.1, scripts/kl_golden.py", "samples": SAMPLES, "kinds": [
        {"kind": kind, "side": side(kind), "scale": scales[kind]} for kind in KINDS]}
    with open(out, "w") as file:
        json.dump(golden, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])

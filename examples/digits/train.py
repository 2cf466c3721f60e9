#!/usr/bin/env python3
"""Trains the example: a small convolutional classifier of handwritten digits, for MNN.

  pip install -r requirements.txt && python train.py

Writes, beside this file, digits.mnn, calibration/*.png, test/*.png and labels.csv. The digits are those that
scikit-learn brings along (UCI "Optical Recognition of Handwritten Digits", CC BY 4.0), enlarged to 32x32 pixels.
"""
import csv
import shutil
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from sklearn.datasets import load_digits

HERE = Path(__file__).parent
SEED = 20
SIZE = 32
CALIBRATION, TEST = 100, 500
EPOCHS, BATCH, RATE = 60, 64, 2e-3
MEAN, NORMAL = 127.5, 1 / 127.5

# name, output channels, kernel, stride, depthwise; the two middle blocks are residual.
LAYERS = [
    ("stem", 16, 3, 2, False),
    ("block1_depthwise", 16, 3, 1, True),
    ("block1_pointwise", 16, 1, 1, False),
    ("reduce_depthwise", 16, 3, 2, True),
    ("reduce_pointwise", 32, 1, 1, False),
    ("block2_depthwise", 32, 3, 1, True),
    ("block2_pointwise", 32, 1, 1, False),
    ("widen", 64, 3, 2, False),
]
# No activation before the sum of a residual block.
LINEAR = {"block1_pointwise", "block2_pointwise"}


def load_images():
    """Grey images [N,32,32] uint8 and their digits, shuffled."""
    data = load_digits()
    order = np.random.default_rng(SEED).permutation(len(data.images))
    small = np.round(data.images[order] * (255 / 16)).astype(np.uint8)
    large = [np.array(Image.fromarray(image).resize((SIZE, SIZE), Image.BICUBIC)) for image in small]
    return np.stack(large), data.target[order]


def initial_parameters(key):
    parameters, channels = {}, 1
    for name, out, kernel, _, depthwise in LAYERS:
        key, sub = jax.random.split(key)
        inside = 1 if depthwise else channels
        scale = np.sqrt(2 / (inside * kernel * kernel))
        parameters[name] = (scale * jax.random.normal(sub, (out, inside, kernel, kernel)), jnp.zeros(out))
        channels = out
    key, sub = jax.random.split(key)
    parameters["classes"] = (jax.random.normal(sub, (10, channels)) / np.sqrt(channels), jnp.zeros(10))
    return parameters


def convolve(x, weight, bias, stride, groups):
    pad = weight.shape[2] // 2
    y = jax.lax.conv_general_dilated(x, weight, (stride, stride), ((pad, pad), (pad, pad)), feature_group_count=groups)
    return y + bias[None, :, None, None]


def forward(parameters, x):
    """x [N,1,32,32] → logits [N,10]."""
    kept = None
    for name, _, _, stride, depthwise in LAYERS:
        if name.startswith("block") and name.endswith("depthwise"):
            kept = x
        x = convolve(x, *parameters[name], stride, x.shape[1] if depthwise else 1)
        x = x + kept if name in LINEAR else jax.nn.relu(x)
    weight, bias = parameters["classes"]
    return x.mean((2, 3)) @ weight.T + bias


def loss(parameters, x, y):
    logits = forward(parameters, x)
    return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(len(y)), y])


@jax.jit
def adam_step(parameters, first, second, step, x, y):
    gradients = jax.grad(loss)(parameters, x, y)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    rate = RATE * 0.5 * (1 + jnp.cos(jnp.pi * step / (EPOCHS * 18)))
    update = lambda p, m, v: p - rate * (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return jax.tree.map(update, parameters, first, second), first, second


def shifted(images, rng):
    """Each image moved by up to two pixels, so that few digits teach more."""
    dy, dx = rng.integers(-2, 3, 2)
    return np.roll(images, (dy, dx), (2, 3))


def train(x, y):
    rng = np.random.default_rng(SEED)
    parameters = initial_parameters(jax.random.key(SEED))
    first = second = jax.tree.map(jnp.zeros_like, parameters)
    step = 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(x))
        for start in range(0, len(x) - BATCH + 1, BATCH):
            step += 1
            pick = order[start : start + BATCH]
            parameters, first, second = adam_step(parameters, first, second, step, shifted(x[pick], rng), y[pick])
    return jax.tree.map(np.asarray, parameters)


def to_onnx(parameters, path):
    nodes, weights, current, kept = [], [], "image", None

    def constant(name, value):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    for name, _, kernel, stride, depthwise in LAYERS:
        weight, bias = parameters[name]
        if name.startswith("block") and name.endswith("depthwise"):
            kept = current
        inputs = [current, constant(name + ".weight", weight), constant(name + ".bias", bias)]
        groups = weight.shape[0] if depthwise else 1
        nodes.append(helper.make_node("Conv", inputs, [name], name=name, kernel_shape=[kernel] * 2,
                                      strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups))
        after = name + (".sum" if name in LINEAR else ".relu")
        if name in LINEAR:
            nodes.append(helper.make_node("Add", [name, kept], [after], name=after))
        else:
            nodes.append(helper.make_node("Relu", [name], [after], name=after))
        current = after
    weight, bias = parameters["classes"]
    nodes.append(helper.make_node("GlobalAveragePool", [current], ["mean"], name="mean"))
    nodes.append(helper.make_node("Flatten", ["mean"], ["features"], name="features"))
    inputs = ["features", constant("classes.weight", weight), constant("classes.bias", bias)]
    nodes.append(helper.make_node("Gemm", inputs, ["logits"], name="logits", transB=1))
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], name="probabilities", axis=1))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, SIZE, SIZE])
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 10])
    graph = helper.make_graph(nodes, "digits", [image], [output], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def to_mnn(source, target):
    import MNN  # noqa: F401  loads the library that _tools needs
    import _tools

    _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", str(source), "--MNNModel", str(target), "--bizCode", "digits"])


def write_images(folder, images, digits):
    """Returns rows (file, digit)."""
    shutil.rmtree(HERE / folder, ignore_errors=True)
    (HERE / folder).mkdir()
    rows = []
    for i, (image, digit) in enumerate(zip(images, digits)):
        name = f"{i:03d}_{digit}.png"
        Image.fromarray(image).save(HERE / folder / name, optimize=True)
        rows.append((name, int(digit)))
    return rows


def main():
    images, digits = load_images()
    tensors = ((images.astype(np.float32) - MEAN) * NORMAL)[:, None]
    test, calibration = slice(0, TEST), slice(TEST, TEST + CALIBRATION)
    parameters = train(tensors[TEST:], digits[TEST:])
    accuracy = np.mean(np.argmax(forward(parameters, tensors[test]), 1) == digits[test])
    print(f"accuracy on {TEST} digits that were not trained on: {100 * accuracy:.1f} %")
    to_onnx(parameters, HERE / "digits.onnx")
    to_mnn(HERE / "digits.onnx", HERE / "digits.mnn")
    (HERE / "digits.onnx").unlink()
    write_images("calibration", images[calibration], digits[calibration])
    with open(HERE / "labels.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "digit"))
        writer.writerows(write_images("test", images[test], digits[test]))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""MNN's own runtime as the judge: runs models on the CPU in high precision and says what it did.

  oracle.py run MODEL IN.npz OUT.npz [--module | --plain]
                                                 every input has a leading sample axis; so has every output
  oracle.py random MODEL IN.npz [--seed S] [--samples N] [--dim D]
                                                 inputs drawn from a seeded normal distribution (integers: 0..3)
  oracle.py ops MODEL IN.npz OUT.json            the commands that really ran for the first sample:
                                                 [{"type", "name", "int8"}]
  oracle.py info MODEL OUT.json                  inputs and outputs: name, shape, type, layout
  oracle.py batch FOLDER [--module]              runs FOLDER/0.mnn on 0.in.npz, 1.mnn on 1.in.npz and so on, each in a
                                                 process of its own: N.out.npz, or N.txt with what went wrong

`--module` uses MNN's Module API, for control flow and for inputs of unknown rank; `--plain` takes no float convolution by
Winograd's method, whose roundings are far larger than those of plain sums.
MNN writes notes to standard output, so every answer goes to a file.
"""
import argparse
import json
import os
import signal
import sys
import traceback

import numpy as np
import MNN

DTYPES = {
    MNN.Halide_Type_Float: np.float32,
    MNN.Halide_Type_Int: np.int32,
    MNN.Halide_Type_Int64: np.int64,
    MNN.Halide_Type_Uint8: np.uint8,
}
# Seconds for one of many small models; none takes a tenth of one.
BATCH_LIMIT = 60
CONFIG = {"backend": "CPU", "precision": "high", "numThread": 1}
# Interpreter::HintMode (3.6.1); level 0 is without Winograd's method.
WINOGRAD_MEMORY_LEVEL = 3
LAYOUTS = {
    MNN.Tensor_DimensionType_Tensorflow: "NHWC",
    MNN.Tensor_DimensionType_Caffe: "NCHW",
    MNN.Tensor_DimensionType_Caffe_C4: "NC4HW4",
}


def plain_layout(tensor):
    layout = tensor.getDimensionType()
    return MNN.Tensor_DimensionType_Caffe if layout == MNN.Tensor_DimensionType_Caffe_C4 else layout


def dtype_of(tensor):
    return DTYPES.get(tensor.getDataType(), np.float32)


def read_tensor(tensor):
    shape, dtype = tensor.getShape(), dtype_of(tensor)
    host = MNN.Tensor(shape, tensor.getDataType(), np.zeros(shape, dtype), plain_layout(tensor))
    tensor.copyToHostTensor(host)
    return np.array(host.getNumpyData(), dtype=dtype).reshape(shape)


class Session:
    """A session whose input shapes follow the data."""

    def __init__(self, model, debug=False, plain=False):
        self.net = MNN.Interpreter(model)
        if plain:
            self.net.setSessionHint(WINOGRAD_MEMORY_LEVEL, 0)
        if debug:
            self.net.setSessionMode(0)  # Session_Debug allows callbacks
        self.session = self.net.createSession(dict(CONFIG))
        if self.session is None:
            sys.exit("MNN could not create a session")
        self.shapes = None

    def feed(self, sample):
        tensors = self.net.getSessionInputAll(self.session)
        missing = set(tensors) - set(sample)
        if missing:
            sys.exit(f"no data for input(s): {', '.join(sorted(missing))}")
        shapes = {name: tuple(int(d) for d in sample[name].shape) for name in tensors}
        if shapes != self.shapes:
            for name, tensor in tensors.items():
                self.net.resizeTensor(tensor, shapes[name])
            self.net.resizeSession(self.session)
            self.shapes = shapes
        for name, tensor in self.net.getSessionInputAll(self.session).items():
            array = np.ascontiguousarray(sample[name], dtype=dtype_of(tensor))
            tensor.copyFrom(MNN.Tensor(array.shape, tensor.getDataType(), array, plain_layout(tensor)))

    def run(self, sample):
        self.feed(sample)
        code = self.net.runSession(self.session)
        if code != 0:
            sys.exit(f"MNN's runSession returned {code}")
        return {n: read_tensor(t) for n, t in self.net.getSessionOutputAll(self.session).items()}


class Module:
    """The same through MNN's Module API."""

    def __init__(self, model):
        import MNN.expr as expr
        import MNN.nn as nn

        self.expr = expr
        info = nn.load_module_from_file(model, [], []).get_info()
        self.inputs, self.names, self.outputs = info["inputs"], info["inputNames"], info["outputNames"]
        self.runtime = nn.create_runtime_manager((dict(CONFIG),))
        self.net = nn.load_module_from_file(model, self.names, self.outputs, runtime_manager=self.runtime)

    def run(self, sample):
        expr, feeds = self.expr, []
        for name, like in zip(self.names, self.inputs):
            integer = np.issubdtype(sample[name].dtype, np.integer)
            kind, dtype = (expr.int, np.int32) if integer else (expr.float, np.float32)
            layout = expr.NHWC if like.data_format == expr.NHWC else expr.NCHW
            array = np.ascontiguousarray(sample[name], dtype)
            var = expr.const(array, list(array.shape), layout, kind)
            feeds.append(expr.convert(var, expr.NC4HW4) if like.data_format == expr.NC4HW4 else var)
        result = {}
        for name, var in zip(self.outputs, self.net.forward(feeds)):
            if var.data_format == expr.NC4HW4:
                var = expr.convert(var, expr.NCHW)
            # MNN cannot read a tensor without elements.
            empty = 0 in var.shape
            result[name] = (np.zeros(var.shape, np.int32) if empty else np.array(var.read())).reshape(var.shape)
        return result


def samples_of(path):
    data = np.load(path)
    count = {name: data[name].shape[0] for name in data.files}
    if len(set(count.values())) != 1:
        sys.exit(f"sample counts differ: {count}")
    arrays = {name: data[name] for name in data.files}
    for i in range(next(iter(count.values()))):
        yield {name: array[i] for name, array in arrays.items()}


def cmd_run(args):
    run_model(args.model, args.inputs, args.outputs, args.module, args.plain)


def run_model(model, inputs, outputs, module, plain=False):
    net = Module(model) if module else Session(model, plain=plain)
    results = [net.run(sample) for sample in samples_of(inputs)]
    np.savez(outputs, **{name: np.stack([r[name] for r in results]) for name in results[0]})


def cmd_batch(args):
    count = sum(name.endswith(".mnn") for name in os.listdir(args.folder))
    for i in range(count):
        path = os.path.join(args.folder, str(i))
        child = os.fork()
        if child == 0:
            run_alone(path, args.module)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            os.remove(f"{path}.txt")
        elif code < 0:
            with open(f"{path}.txt", "a") as file:
                file.write(f"ended with {signal.Signals(-code).name}\n")


def run_alone(path, module):
    """In a child process, which ends here. What it prints goes to PATH.txt."""
    signal.alarm(BATCH_LIMIT)
    notes = os.open(f"{path}.txt", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(notes, 1)
    os.dup2(notes, 2)
    code = 1
    try:
        run_model(f"{path}.mnn", f"{path}.in.npz", f"{path}.out.npz", module)
        code = 0
    except BaseException:  # sys.exit, too, must not run the parent's code
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def cmd_random(args):
    rng = np.random.default_rng(args.seed)
    if args.module:
        module = Module(args.model)
        described = [(n, i.shape, np.int32 if i.dtype == module.expr.int else np.float32)
                     for n, i in zip(module.names, module.inputs)]
    else:
        session = Session(args.model)
        described = [(n, t.getShape(), dtype_of(t)) for n, t in session.net.getSessionInputAll(session.session).items()]
    out = {}
    for name, dims, dtype in described:
        shape = [args.samples] + [args.dim if d <= 0 else d for d in dims]
        draw = rng.standard_normal(shape) if np.issubdtype(dtype, np.floating) else rng.integers(0, 4, shape)
        out[name] = draw.astype(dtype)
    np.savez(args.inputs, **out)


def cmd_ops(args):
    session = Session(args.model, debug=True)
    session.feed(next(samples_of(args.inputs)))
    seen = []

    def after(tensors, info):
        kind = info.getType()
        seen.append({"type": kind.split(" ")[0], "name": info.getName(), "int8": "DT_INT8" in kind})
        return True

    code = session.net.runSessionWithCallBackInfo(session.session, lambda tensors, info: True, after)
    if code != 0:
        sys.exit(f"MNN's runSessionWithCallBackInfo returned {code}")
    json.dump(seen, open(args.outputs, "w"))


def cmd_info(args):
    session = Session(args.model)
    describe = lambda tensors: [
        {"name": n, "shape": list(t.getShape()), "dtype": np.dtype(dtype_of(t)).name, "layout": LAYOUTS.get(t.getDimensionType(), "?")}
        for n, t in tensors.items()
    ]
    net = session.net
    json.dump({"version": MNN.version(), "inputs": describe(net.getSessionInputAll(session.session)),
               "outputs": describe(net.getSessionOutputAll(session.session))}, open(args.outputs, "w"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = parser.add_subparsers(dest="command", required=True)
    p = sub.add_parser("run"); p.add_argument("model"); p.add_argument("inputs"); p.add_argument("outputs")
    way = p.add_mutually_exclusive_group()
    way.add_argument("--module", action="store_true"); way.add_argument("--plain", action="store_true"); p.set_defaults(do=cmd_run)
    p = sub.add_parser("batch"); p.add_argument("folder"); p.add_argument("--module", action="store_true"); p.set_defaults(do=cmd_batch)
    p = sub.add_parser("random"); p.add_argument("model"); p.add_argument("inputs")
    p.add_argument("--seed", type=int, default=0); p.add_argument("--samples", type=int, default=1)
    p.add_argument("--dim", type=int, default=1); p.add_argument("--module", action="store_true"); p.set_defaults(do=cmd_random)
    p = sub.add_parser("ops"); p.add_argument("model"); p.add_argument("inputs"); p.add_argument("outputs"); p.set_defaults(do=cmd_ops)
    p = sub.add_parser("info"); p.add_argument("model"); p.add_argument("outputs"); p.set_defaults(do=cmd_info)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What MNN computes inside a network:  activations.py MODEL IN.npz OUT.npz OP_NAME...

The input has a leading sample axis; each named op's first output comes back the same way. One thread and
the default precision, as in MNN's quantization tool.
"""
import sys

import MNN
import numpy as np


def to_array(tensor):
    shape = tensor.getShape()
    host = MNN.Tensor(shape, MNN.Halide_Type_Float, np.zeros(shape, np.float32), MNN.Tensor_DimensionType_Caffe)
    tensor.copyToHostTensor(host)
    return np.array(host.getNumpyData(), dtype=np.float32).reshape(shape)


def main(model, source, target, *names):
    net = MNN.Interpreter(model)
    net.setSessionMode(0)  # Session_Debug allows callbacks
    session = net.createSession({"backend": "CPU", "numThread": 1})
    entry = net.getSessionInput(session)
    found = {name: [] for name in names}

    def after(tensors, info):
        if info.getName() in found:
            found[info.getName()].append(to_array(tensors[0]))
        return True

    (samples,) = np.load(source).values()
    for sample in samples:
        data = np.ascontiguousarray(sample.reshape(entry.getShape()))
        layout = entry.getDimensionType()
        if layout == MNN.Tensor_DimensionType_Caffe_C4:
            layout = MNN.Tensor_DimensionType_Caffe
        entry.copyFrom(MNN.Tensor(entry.getShape(), MNN.Halide_Type_Float, data, layout))
        net.runSessionWithCallBackInfo(session, lambda tensors, info: True, after)
    np.savez(target, **{name: np.stack(arrays) for name, arrays in found.items()})


main(*sys.argv[1:])

"""Times models of one input on MNN's runtime, one thread, taking turns; answers go to a file.

  winograd.py INPUT.f32 SHAPE ROUNDS OUT.json MODEL …

[{"ms": median, "cosine": …, "error": …}], one per model; cosine and error (root mean square of the difference,
relative to that of the reference) are to the first model.
"""
import json
import statistics
import sys
import time

import MNN
import numpy as np

CONFIG = {"backend": "CPU", "precision": "high", "numThread": 1}


class Runner:
    def __init__(self, path, data):
        self.net = MNN.Interpreter(path)
        self.session = self.net.createSession(dict(CONFIG))
        self.input = self.net.getSessionInput(self.session)
        self.shape = self.input.getShape()
        self.host = MNN.Tensor(self.shape, MNN.Halide_Type_Float, data, MNN.Tensor_DimensionType_Caffe)
        self.times = []

    def run(self):
        # The runtime reuses the memory of the input while it runs.
        self.input.copyFrom(self.host)
        start = time.perf_counter()
        self.net.runSession(self.session)
        self.times.append((time.perf_counter() - start) * 1e3)

    def output(self):
        tensor = self.net.getSessionOutput(self.session)
        shape = tensor.getShape()
        host = MNN.Tensor(shape, MNN.Halide_Type_Float, np.zeros(shape, np.float32), MNN.Tensor_DimensionType_Caffe)
        tensor.copyToHostTensor(host)
        return np.array(host.getNumpyData(), dtype=np.float64).ravel()


def main(source, shape, rounds, target, *models):
    data = np.fromfile(source, np.float32).reshape([int(n) for n in shape.split("x")])
    runners = [Runner(path, data) for path in models]
    for runner in runners:
        runner.run()
        runner.run()
        runner.times.clear()
    for _ in range(int(rounds)):
        for runner in runners:
            runner.run()
    reference = runners[0].output()
    answers = []
    for runner in runners:
        output = runner.output()
        size = np.linalg.norm(output) * np.linalg.norm(reference)
        answers.append({
            "ms": statistics.median(runner.times),
            "cosine": float(output @ reference / size) if size else None,
            "error": float(np.linalg.norm(output - reference) / np.linalg.norm(reference)),
        })
    with open(target, "w", encoding="utf-8") as file:
        json.dump(answers, file)


main(*sys.argv[1:])

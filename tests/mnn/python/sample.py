#!/usr/bin/env python3
"""Samples images as MNN's quantization tool does, with MNN's own ImageProcess.

  sample.py CASES.json IN.npz OUT.npz

CASES.json: [{"image": name, "width", "height", "format", "mean": [4], "normal": [4], "cropHeight", "cropWidth"}];
IN.npz: RGBA images [H,W,4] uint8 by name; OUT.npz: float32 [H,W,C] named by the case's position.
"""
import json
import sys

import numpy as np
import MNN

CHANNELS = {"RGB": 3, "BGR": 3, "RGBA": 4, "BGRA": 4, "GRAY": 1}
FORMATS = {name: getattr(MNN, "CV_ImageFormat_" + name) for name in CHANNELS}


def sample(image, case):
    height, width = image.shape[:2]
    crop_h = int(np.float32(height) * np.float32(case["cropHeight"]))
    crop_w = int(np.float32(width) * np.float32(case["cropWidth"]))
    top, left = (height - crop_h) // 2, (width - crop_w) // 2
    bottom, right = top + crop_h - 1, left + crop_w - 1
    out_w, out_h = case["width"], case["height"]
    matrix = MNN.CVMatrix()
    matrix.setPolyToPoly(
        [0.0, 0.0, 0.0, float(out_h - 1), float(out_w - 1), 0.0, float(out_w - 1), float(out_h - 1)],
        [float(v) for v in (left, top, left, bottom, right, top, right, bottom)],
    )
    process = MNN.CVImageProcess({
        "sourceFormat": FORMATS["RGBA"],
        "destFormat": FORMATS[case["format"]],
        "filterType": MNN.CV_Filter_BILINEAL,
        "mean": tuple(case["mean"]),
        "normal": tuple(case["normal"]),
    })
    process.setMatrix(matrix)
    shape = (1, out_h, out_w, CHANNELS[case["format"]])
    tensor = MNN.Tensor(shape, MNN.Halide_Type_Float, np.zeros(shape, np.float32), MNN.Tensor_DimensionType_Tensorflow)
    data = np.ascontiguousarray(image)
    code = process.convert(data.ctypes.data, width, height, 0, tensor)
    if code != 0:
        sys.exit(f"MNN's ImageProcess returned {code} for {case}")
    return np.array(tensor.getNumpyData(), np.float32).reshape(shape[1:])


def main():
    cases = json.load(open(sys.argv[1]))
    images = np.load(sys.argv[2])
    np.savez(sys.argv[3], **{str(i): sample(images[case["image"]], case) for i, case in enumerate(cases)})


if __name__ == "__main__":
    main()

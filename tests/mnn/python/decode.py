#!/usr/bin/env python3
"""Reads image files with MNN's own decoder.

  decode.py FILES.json OUT.npz

FILES.json: paths; OUT.npz: uint8 [H,W,3] in the order red, green, blue, named by the path's position.
"""
import json
import sys

import numpy as np
import MNN.cv


def main():
    paths = json.load(open(sys.argv[1]))
    images = [np.array(MNN.cv.imread(path).read(), np.uint8)[:, :, ::-1] for path in paths]
    np.savez(sys.argv[2], **{str(i): np.ascontiguousarray(image) for i, image in enumerate(images)})


if __name__ == "__main__":
    main()

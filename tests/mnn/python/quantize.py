#!/usr/bin/env python3
"""MNN's own quantization tool:  quantize.py SRC.mnn DST.mnn CONFIG.json

Calls the native function. The wrapper that the package installs as the command `mnnquant` would, besides,
install a logging package and report the run to a server.
"""
import os
import sys

import MNN  # noqa: F401  loads the library that _tools needs
import _tools

_tools.mnnquant(*sys.argv[1:4])
# The tool's own exit code is 0 whatever happened.
sys.exit(0 if os.path.exists(sys.argv[2]) else 1)

"""Post-training int8 quantization of MNN models."""

from __future__ import annotations

from ._quantize import BackendName, quantize
from ._report import Backend, Images, Op, Prediction, Report, Share, SkippedFile
from .errors import MnnquantError, NodeError, QuantizeError, UsageError

__all__ = [
    "Backend",
    "BackendName",
    "Images",
    "MnnquantError",
    "NodeError",
    "Op",
    "Prediction",
    "QuantizeError",
    "Report",
    "Share",
    "SkippedFile",
    "UsageError",
    "quantize",
]

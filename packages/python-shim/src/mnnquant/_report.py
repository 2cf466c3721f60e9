"""What a job did, from the command's JSON (``QuantizeOutcome`` of the npm package)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Tuple


@dataclass(frozen=True)
class Share:
    """A part of a whole, both counted in the same unit."""

    int8: int
    total: int


@dataclass(frozen=True)
class Op:
    """An op of the network, and how MNN's runtime will run it."""

    name: str
    type: str
    int8: bool
    #: Why it runs in float; ``None`` where it runs in int8 or MNN has no int8 version.
    reason: Optional[str]


@dataclass(frozen=True)
class SkippedFile:
    """An entry of the folder of samples that was not used."""

    #: Relative to the folder.
    name: str
    reason: str


@dataclass(frozen=True)
class Images:
    """The samples, whatever they were."""

    #: Relative to the folder.
    used: Tuple[str, ...]
    skipped: Tuple[SkippedFile, ...]


@dataclass(frozen=True)
class Prediction:
    """How MNN's runtime will run the written model."""

    #: In the order of execution.
    ops: Tuple[Op, ...]
    #: Ops inside of control flow, or that were not evaluated.
    outside: Tuple[Op, ...]
    #: Conversions between float and int8 that the runtime inserts.
    casts: int
    convolutions: Share
    #: Of the convolutions.
    multiply_adds: Share


@dataclass(frozen=True)
class Backend:
    """What computed, and why that."""

    #: Such as ``cpu`` or ``gpu:webgpu``.
    name: str
    #: In words.
    device: str
    asked: str
    #: Whether every machine gives the same bytes.
    reproducible: bool
    #: Where ``auto`` took the CPU: why.
    why: Optional[str]


@dataclass(frozen=True)
class Report:
    """What was done. Sizes in bytes, time in seconds."""

    source: str
    target: str
    source_bytes: int
    target_bytes: int
    images: Images
    prediction: Prediction
    backend: Backend
    device: str
    threads: int
    fast_math: bool
    seconds: float
    warnings: Tuple[str, ...]
    #: Ops without a kernel that ran the plain reference: steps by op name.
    fallbacks: Mapping[str, int]
    #: The command's whole JSON value, with what is not above: ``skips``, ``statistics``, ``debug``, ``report``, …
    raw: Mapping[str, Any] = field(repr=False)


def report_of(raw: Mapping[str, Any]) -> Report:
    """:raises KeyError: where a part is missing, which only another release's JSON lacks"""
    return Report(
        source=raw["source"],
        target=raw["target"],
        source_bytes=raw["sourceBytes"],
        target_bytes=raw["targetBytes"],
        images=Images(
            used=tuple(raw["images"]["used"]),
            skipped=tuple(SkippedFile(each["name"], each["reason"]) for each in raw["images"]["skipped"]),
        ),
        prediction=_prediction(raw["prediction"]),
        backend=_backend(raw["backend"]),
        device=raw["device"],
        threads=raw["threads"],
        fast_math=raw["fastMath"],
        seconds=raw["seconds"],
        warnings=tuple(raw["warnings"]),
        fallbacks=dict(raw["fallbacks"]),
        raw=raw,
    )


def _prediction(raw: Mapping[str, Any]) -> Prediction:
    return Prediction(
        ops=tuple(_op(each) for each in raw["ops"]),
        outside=tuple(_op(each) for each in raw["outside"]),
        casts=raw["casts"],
        convolutions=_share(raw["convolutions"]),
        multiply_adds=_share(raw["multiplyAdds"]),
    )


def _op(raw: Mapping[str, Any]) -> Op:
    # Those outside of the plan never run in int8.
    return Op(raw["name"], raw["type"], raw.get("int8", False), raw.get("reason"))


def _share(raw: Mapping[str, Any]) -> Share:
    return Share(raw["int8"], raw["total"])


def _backend(raw: Mapping[str, Any]) -> Backend:
    return Backend(raw["name"], raw["device"], raw["asked"], raw["reproducible"], raw.get("why"))

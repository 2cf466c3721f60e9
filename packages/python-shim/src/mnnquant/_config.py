"""A config given as a dictionary becomes the file that the command reads."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Mapping, Union

from .errors import UsageError

Config = Union[Mapping[str, Any], str, "os.PathLike[str]"]


@contextmanager
def config_file(config: Config) -> Iterator[str]:
    """The path of a file with the config, for as long as it is needed.

    A relative ``path`` inside is one from the working directory, wherever the file lies.

    :raises UsageError: for a value that JSON does not know
    """
    if not isinstance(config, Mapping):
        yield os.fspath(config)
        return
    text = _json(config)
    # Not NamedTemporaryFile: on Windows nobody else could open it.
    with tempfile.TemporaryDirectory(prefix="mnnquant-") as folder:
        path = Path(folder) / "config"
        path.write_text(text, encoding="utf-8")
        yield str(path)


def _json(config: Mapping[str, Any]) -> str:
    try:
        return json.dumps(config, default=_plain, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"config: expected what JSON can hold: {error}", 2) from error


def _plain(value: object) -> object:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} is of type {type(value).__name__}")

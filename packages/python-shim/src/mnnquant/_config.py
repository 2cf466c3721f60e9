"""A config given as a dictionary becomes the file that the command reads."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Mapping, Tuple, Union

from .errors import UsageError

Config = Union[Mapping[str, Any], str, "os.PathLike[str]"]


@contextmanager
def config_file(config: Config) -> Iterator[Tuple[str, Tuple[int, ...]]]:
    """The path of a file with the config, and what a child has to inherit to read it, for as long as it is needed.

    A dictionary goes to a file without a name where the system has such: nothing is left of it, whatever ends this
    process. A relative ``path`` inside is one from the working directory, wherever the file lies.

    :raises UsageError: for a value that JSON does not know
    """
    if not isinstance(config, Mapping):
        yield os.fspath(config), ()
        return
    text = _json(config)
    with tempfile.TemporaryFile("w+", encoding="utf-8", prefix="mnnquant-") as nameless:
        path = f"/dev/fd/{nameless.fileno()}"
        if os.name == "posix" and os.path.exists(path):
            nameless.write(text)
            nameless.flush()
            # Where opening it means sharing it, reading begins here.
            nameless.seek(0)
            yield path, (nameless.fileno(),)
            return
    # Not NamedTemporaryFile: on Windows nobody else could open it.
    with tempfile.TemporaryDirectory(prefix="mnnquant-") as folder:
        named = Path(folder) / "config"
        named.write_text(text, encoding="utf-8")
        yield str(named), ()


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

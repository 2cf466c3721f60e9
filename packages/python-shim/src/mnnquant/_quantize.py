"""``quantize``: the command, run for its JSON."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from typing import Callable, List, Literal, Mapping, Optional, Tuple, Union

from ._cli_files import WATCHED_COMMAND
from ._config import Config, config_file
from ._node import find_node
from ._report import Report, report_of
from .errors import MnnquantError, QuantizeError, UsageError

PathLike = Union[str, "os.PathLike[str]"]
BackendName = Literal["auto", "cpu", "gpu", "gpu:webgpu", "gpu:headlessgl"]

#: What the command gets to end by itself before it is killed.
SECONDS_TO_END = 5

WARNING = "warning: "
ERROR = "error: "


def quantize(
    src: PathLike,
    dst: PathLike,
    config: Config,
    *,
    backend: BackendName = "auto",
    threads: Optional[int] = None,
    memory: Optional[Union[int, str]] = None,
    fast_math: bool = False,
    strict_backend: bool = False,
    save_stats: Optional[PathLike] = None,
    load_stats: Optional[PathLike] = None,
    report: Optional[PathLike] = None,
    on_warning: Optional[Callable[[str], None]] = None,
) -> Report:
    """Turns the float model ``src`` into the int8 model ``dst``; ``dst.json`` is written beside it.

    :param config: MNN's keys, as a dictionary or as the path of a JSON file; a relative ``path`` in it is one
        from the working directory
    :param backend: what computes; a GPU needs the npm package @mnnquant/tensor-gpu
    :param threads: one per core if ``None``; the result is the same for any number
    :param memory: for samples and activations, in bytes or such as ``"800M"``; 1 GiB if ``None``
    :param fast_math: faster, but the last bits depend on the machine
    :param strict_backend: an op without a kernel is an error
    :param save_stats: where to write the statistics of the samples, for later runs
    :param load_stats: such a file, of the same model, samples and preparation: the network is not run again
    :param report: where a report goes of what each layer loses and why: a page where the name ends in ``.html``, its
        data where it ends in ``.json``; the data are also in ``raw["report"]``
    :param on_warning: called with each warning as soon as it is known; the report has all of them
    :raises UsageError: the arguments or the config are wrong
    :raises QuantizeError: the work failed; nothing was written
    :raises NodeError: there is no Node.js that can run it
    """
    options = ["--json", "--backend", backend]
    if threads is not None:
        options += ["--threads", str(threads)]
    if memory is not None:
        options += ["--memory", str(memory)]
    if fast_math:
        options.append("--fast-math")
    if strict_backend:
        options.append("--strict-backend")
    # One argument, so that a name may begin with a dash.
    if save_stats is not None:
        options.append(f"--save-stats={os.fspath(save_stats)}")
    if load_stats is not None:
        options.append(f"--load-stats={os.fspath(load_stats)}")
    if report is not None:
        # One word: a name may begin with a dash.
        options.append(f"--report={os.fspath(report)}")
    node = find_node()
    _check_working_directory()
    with config_file(config) as (path, inherited):
        files = [os.fspath(src), os.fspath(dst), path]
        # After "--" a name may begin with a dash.
        run = _Run([node, str(WATCHED_COMMAND), *options, "--", *files], on_warning, inherited)
        code = run.wait()
        if code == 0 and run.output:
            return report_of(json.loads(run.output.decode("utf-8")))
        # The name of a file that the caller has never heard of.
        raise _error(code, run.messages.replace(path, "config") if isinstance(config, Mapping) else run.messages)


def _check_working_directory() -> None:
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise UsageError("the working directory is gone; change to one that is there", 2) from error


class _Run:
    """The running command; its output is read as it comes, since a full pipe would stop it."""

    def __init__(
        self, arguments: List[str], on_warning: Optional[Callable[[str], None]], inherited: Tuple[int, ...]
    ) -> None:
        self.output = b""
        #: Standard error without the warnings.
        self.messages = ""
        self._on_warning = on_warning
        # Nothing is written to its input: it ends when that is closed.
        self._child = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=inherited,
        )

    def wait(self) -> int:
        """The exit code. Whatever interrupts it, the command has ended afterwards."""
        reader = threading.Thread(target=self._read_output, daemon=True)
        reader.start()
        try:
            self._read_messages()
            reader.join()
            return self._child.wait()
        finally:
            self._end()
            reader.join()
            for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
                if stream is not None:
                    stream.close()

    def _read_output(self) -> None:
        assert self._child.stdout is not None
        self.output = self._child.stdout.read()

    def _read_messages(self) -> None:
        assert self._child.stderr is not None
        # What follows an error belongs to it; other lines are Node's own or a driver's.
        failed = False
        for line in self._child.stderr:
            text = line.decode("utf-8", errors="replace").replace("\r\n", "\n")
            failed = failed or text.startswith(ERROR)
            if not failed and text.startswith(WARNING):
                if self._on_warning is not None:
                    self._on_warning(text[len(WARNING) :].rstrip("\n"))
            else:
                self.messages += text

    def _end(self) -> None:
        if self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def _error(code: int, messages: str) -> MnnquantError:
    text = messages.strip()
    at = text.find(ERROR)
    message = text[at + len(ERROR) :] if at >= 0 else text
    if code == 2:
        return UsageError(message, code)
    if code == 1:
        return QuantizeError(message, code)
    if code == 0:
        # A caller that ignores SIGCHLD cannot learn an exit code; subprocess says 0 then.
        return QuantizeError(message or "the command ended without a report")
    how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return QuantizeError(f"the command {how}" + (f": {message}" if message else ""), code)

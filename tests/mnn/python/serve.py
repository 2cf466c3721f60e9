#!/usr/bin/env python3
"""Runs Python scripts that use MNN, each in a process of its own, without each loading NumPy and MNN anew.

  serve.py

Standard input: one JSON object a line, {"number", "args", "cwd", "output"}, each after the answer to the one before. `args`
is what would stand behind `python`, a script or `-c CODE` and what follows it; `cwd` its folder; `output` a file for what it
prints. Standard output: one JSON object a line in answer, {"number", "status"}: the number of the request, and the exit code,
or minus the signal. The process ends with its input, and so does a script that runs then.

A process is forked for each: MNN may crash, and keeps state of its own. Nothing of MNN runs before the fork, so that there are no threads
and no locks to be lost by it.
"""
import ctypes
import json
import os
import runpy
import select
import signal
import sys
import traceback

# What MNN says while it is loaded is no answer.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy  # noqa: E402,F401
import MNN  # noqa: E402,F401


def exit_code(ended):
    """As the interpreter takes `sys.exit`'s argument."""
    if ended.code is None:
        return 0
    if isinstance(ended.code, int):
        return ended.code & 255
    print(ended.code, file=sys.stderr)
    return 1


def run(args):
    if args[0] == "-c":
        sys.argv = ["-c", *args[2:]]
        exec(compile(args[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = list(args)
        sys.path[0] = os.path.dirname(os.path.abspath(args[0]))
        runpy.run_path(args[0], run_name="__main__")


def run_alone(request):
    """In a child process, which ends here."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        output = os.open(request["output"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(request["cwd"])
        run(request["args"])
        code = 0
    except SystemExit as ended:
        code = exit_code(ended)
    except BaseException:  # nothing may get back into the parent's code
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
            ctypes.CDLL(None).fflush(None)  # what MNN printed
        finally:
            os._exit(code)


def status_of(request):
    """Of a child process that runs it; None where the input ended before."""
    ended, held = os.pipe()
    child = os.fork()
    if child == 0:
        run_alone(request)
    os.close(held)  # the child has the other one until it ends
    ready, _, _ = select.select([ended, sys.stdin], [], [])
    os.close(ended)
    if sys.stdin in ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if sys.stdin in ready else os.waitstatus_to_exitcode(status)


def main():
    for line in sys.stdin:
        request = json.loads(line)
        status = status_of(request)
        if status is None:
            return
        print(json.dumps({"number": request["number"], "status": status}), file=answers, flush=True)


if __name__ == "__main__":
    main()

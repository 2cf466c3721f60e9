"""Runs a command and writes what it took:  measure.py OUT.json COMMAND [ARGUMENT ...]

{"seconds", "cpuSeconds", "peakBytes", "exit"}: from start to exit of the process, on all its threads. exit is negative for
a signal. wait4 answers for exactly this child; its peak is never below that of this small process, which the system
counts in.
"""
import json
import os
import signal
import sys
import time

# The unit of ru_maxrss.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def main(target, *command):
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.kill(child, signal.SIGKILL))
    _, status, usage = os.wait4(child, 0)
    took = {
        "seconds": time.perf_counter() - start,
        "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "peakBytes": usage.ru_maxrss * PEAK_UNIT,
        "exit": os.waitstatus_to_exitcode(status),
    }
    with open(target, "w", encoding="utf-8") as file:
        json.dump(took, file)


main(*sys.argv[1:])

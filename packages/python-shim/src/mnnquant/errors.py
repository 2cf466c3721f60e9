"""What can go wrong; the messages are those of the command."""

from __future__ import annotations

from typing import Optional


class MnnquantError(Exception):
    """The job was not done, and nothing was written.

    ``exit_code`` is the one the command has then; ``None`` where it was not started or the caller ignores
    SIGCHLD, negative where a signal ended it (as in :mod:`subprocess`).
    """

    def __init__(self, message: str, exit_code: Optional[int] = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code

    @property
    def message(self) -> str:
        """The text without the command's ``error:`` before it."""
        return str(self.args[0])


class UsageError(MnnquantError):
    """The arguments or the config are wrong (exit code 2); nothing was computed."""


class QuantizeError(MnnquantError):
    """The work itself failed (exit code 1)."""


class NodeError(MnnquantError):
    """There is no Node.js that can run the command; the message says how to get one."""

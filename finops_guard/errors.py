"""The one exception tree: everything a user did, or can mend, ends here and nowhere else."""

from __future__ import annotations

from finops_guard.model import Span


class FinopsGuardError(Exception):
    """A problem the user can act on: what is wrong, where, and a hint.

    The command line prints `file:line:col: error: message` and the hint, and exits with `exit_code`.
    """

    exit_code = 2

    def __init__(self, message: str, span: Span | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{where}error: {self.message}{hint}"


class InputError(FinopsGuardError):
    """The file to check cannot be read, or is not what it claims to be."""


class ConfigError(FinopsGuardError):
    """The configuration, a flag or an environment variable is wrong."""


class UsageError(FinopsGuardError):
    """The usage file is wrong."""


class PolicyError(FinopsGuardError):
    """A policy file is wrong: nothing was judged by it."""


class PricingError(FinopsGuardError):
    """The price book is missing, damaged or asked for something it cannot hold."""


class ForgeError(FinopsGuardError):
    """A forge (GitHub, GitLab and so on) could not be reached or refused."""


class FeedError(PricingError):
    """A vendor's price feed could not be read to its end, or is not what it should be: the book stays as it was."""

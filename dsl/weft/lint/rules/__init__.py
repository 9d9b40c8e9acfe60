"""The rules, one file each. Adding one adds it here."""

from collections.abc import Callable, Iterator

from weft.model.diagnostic import Diagnostic
from weft.model.model import Model

Rule = Callable[[Model], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = ()

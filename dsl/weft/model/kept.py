"""What is computed once for an object, such as a syntax tree or the analysis of a kernel, and goes when the object goes.

A cache of fixed size would keep the trees of hundreds of versions of a text that is being typed.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
R = TypeVar("R")


def kept_with_its_argument(function: Callable[P, R]) -> Callable[P, R]:
    """Remember what `function` gives, as long as its first argument exists. The result must not refer to that argument."""
    known: WeakKeyDictionary[object, dict[object, R]] = WeakKeyDictionary()

    @wraps(function)
    def remembered(*arguments: P.args, **keywords: P.kwargs) -> R:
        found = known.get(arguments[0])
        if found is None:
            found = known[arguments[0]] = {}
        key = (arguments[1:], tuple(keywords.items()))
        if key not in found:
            found[key] = function(*arguments, **keywords)
        return found[key]

    return remembered

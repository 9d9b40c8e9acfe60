"""What is computed once for an object, such as a syntax tree or the analysis of a kernel, and goes when the object goes.

A cache of fixed size would keep the trees of hundreds of versions of a text that is being typed.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def kept_with_its_argument(function: Callable[P, R]) -> Callable[P, R]:
    """Remember what `function` gives, as long as its first argument exists. The result must not refer to that argument."""
    place = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(*arguments: P.args, **keywords: P.kwargs) -> R:
        members = vars(arguments[0])
        found: dict[object, R] | None = members.get(place)
        if found is None:
            found = members[place] = {}
        key = (arguments[1:], tuple(keywords.items()))
        if key not in found:
            found[key] = function(*arguments, **keywords)
        return found[key]

    return remembered

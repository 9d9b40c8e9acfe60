"""How an operation is declared: a Python function for its signature and docstring, and a rule for what it returns."""

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from weft.model.dialect import Rule
from weft.model.trace.call import Call
from weft.model.values import Value

F = TypeVar("F", bound=Callable[..., object])

_RULE = "__weft_rule__"


class OutsideKernel(TypeError):
    """An operation was called on the host."""


def operation(rule: Callable[[Call], Value]) -> Callable[[F], F]:
    """Give a declaration its inference rule."""

    def declare(function: F) -> F:
        setattr(function, _RULE, rule)
        return function

    return declare


def only_in_kernels(name: str) -> OutsideKernel:
    """What the body of a declaration raises when Python runs it."""
    return OutsideKernel(
        f"weft.{name} works only inside a kernel: call it in a function under `@weft.kernel`"
    )


def rules_of(module: ModuleType) -> dict[str, Rule]:
    """The rules of a module's declarations, and of its classes' methods and properties, by qualified name."""
    found: dict[str, Rule] = {}
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        members = {
            name: value,
            **(
                {f"{name}.{key}": part for key, part in vars(value).items()}
                if isinstance(value, type)
                else {}
            ),
        }
        for path, part in members.items():
            function = part.fget if isinstance(part, property) else part
            rule = getattr(function, _RULE, None)
            if rule is not None:
                found[f"{module.__name__}.{path}"] = rule
    return found

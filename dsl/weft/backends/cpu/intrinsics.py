"""What the functions of the prelude are made with: a function of numba, of any number of operands."""

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

from numba.core import types
from numba.extending import intrinsic

# Makes the instructions, from the builder and the operands.
Build = Callable[..., Any]


def define(result: Any, operands: Sequence[Any], build: Build) -> object:
    """A function from operands of these numba types, to which numba converts what is passed, to `result`."""

    def typing(typing_context: Any, *given: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            built = build(builder, *values)
            return context.get_dummy_value() if result is types.void else built

        return result(*operands), generate

    names = ("typing_context", *(f"operand{at}" for at in range(len(operands))))
    # numba reads the number of operands from the signature.
    signature = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])
    vars(typing)["__signature__"] = signature
    return intrinsic(typing)

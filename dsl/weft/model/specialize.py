"""Put what a launch knows into a kernel: contiguous tensors lose their strides, fixed dimensions become numbers."""

from collections.abc import Mapping

from weft.model import fold
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr, Kernel, TensorParameter
from weft.model.rewrite import substitute, substitute_body
from weft.model.sizes import sized
from weft.model.specialization import Specialization
from weft.model.vectors import settled
from weft.model.widen import widened
from weft.records import replace


def specialize(kernel: Kernel, specialization: Specialization) -> Kernel:
    """The kernel with every Param that the specialization knows replaced, and simplified."""
    known: dict[str, Expr] = {name: fold.const(value) for name, value in specialization.constants}
    for parameter in kernel.parameters:
        if isinstance(parameter, TensorParameter) and parameter.name in specialization.contiguous:
            known.update(_contiguous_strides(parameter, known))
    parameters = tuple(
        replace(parameter, shape=tuple(substitute(extent, known) for extent in parameter.shape))
        if isinstance(parameter, TensorParameter)
        else parameter
        for parameter in kernel.parameters
    )
    kernel = sized(kernel, dict(specialization.constants))
    found = replace(kernel, parameters=parameters, body=substitute_body(kernel.body, known))
    if specialization.elements_per_thread > 1:
        found = widened(found, specialization.elements_per_thread)
    return settled(
        found,
        specialization.aligned,
        specialization.divisible,
        has_warpgroups=specialization.has_warpgroups,
    )


def _contiguous_strides(tensor: TensorParameter, known: Mapping[str, Expr]) -> dict[str, Expr]:
    strides: dict[str, Expr] = {}
    step: Expr = Const(1, INDEX)
    for axis in reversed(range(len(tensor.shape))):
        strides[tensor.strides[axis].name] = step
        step = fold.mul(substitute(tensor.shape[axis], known), step)
    return strides

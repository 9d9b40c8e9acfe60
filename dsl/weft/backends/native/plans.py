"""What a launch decided, for machine code to do again."""

from collections.abc import Sequence

from weft.backends.direct import Direct
from weft.backends.native import launch
from weft.backends.native.names import words_for
from weft.backends.native.recognise import Stream, known, stream
from weft.backends.native.slots import to_slot
from weft.backends.native.table import Argument, NativePlan, NumberArgument, Table, TensorArgument
from weft.backends.parameters import FlatParameter
from weft.host import HostTensor
from weft.host.arguments import ALIGNMENT_BYTES, ArgumentReader, Given, Number
from weft.host.overlap import reach_bytes
from weft.model.ir import Kernel, ScalarParameter, TensorParameter
from weft.model.limits import Geometry
from weft.records import record


@record
class Decided:
    """One launch, as it was decided. template: the arguments in the order of parameters. device: -1 for host memory.
    geometry, direct: None where there is nothing to do."""

    values: Sequence[object]
    given: Given
    parameters: tuple[FlatParameter, ...]
    template: Sequence[Number]
    geometry: Geometry | None
    direct: Direct | None
    device: int
    kernel: Kernel


def new_table(*, takes_stream: bool) -> Table | None:
    """None where machine code cannot launch."""
    from weft.backends.native.runtime import can_launch

    return Table(takes_stream=takes_stream) if can_launch() else None


def native_plan(reader: ArgumentReader, decided: Decided) -> NativePlan | None:
    """None where an argument is of a kind that machine code cannot read."""
    leading = () if decided.direct is None else decided.direct.leading
    places = {(flat.source, flat.role): at for at, flat in enumerate(decided.parameters, len(leading))}
    arguments: dict[int, Argument | None] = {}
    for (at, tensor), found in zip(reader.tensors, decided.given.tensors, strict=True):
        arguments[at] = _tensor(decided.values[at], tensor, found, places.get((tensor.name, "address"), 0))
    for order, (at, scalar) in enumerate(reader.scalars):
        bounds = reader.bounds(order, decided.given.scalars[order])
        arguments[at] = _number(decided.values[at], scalar, bounds, places.get((scalar.name, "scalar"), 0))
    listed = [arguments[at] for at in sorted(arguments)]
    source = _stream(reader, decided)
    slots = (*leading, *map(_slot, decided.parameters, decided.template)) or (0,)
    if source is None or len(slots) > launch.MOST_SLOTS or None in listed:
        return None
    complete = tuple(argument for argument in listed if argument is not None)
    return NativePlan(
        complete, slots, decided.geometry, decided.direct, decided.device, source, words_for(decided.kernel)
    )


def _slot(parameter: FlatParameter, value: Number) -> int:
    return to_slot(parameter.dtype.name, value)


def _tensor(value: object, parameter: TensorParameter, found: HostTensor, slot: int) -> Argument | None:
    read = known(value)
    if read is None or found.dtype is None:
        return None
    low, high = reach_bytes(found)
    aligned = found.address % ALIGNMENT_BYTES == 0
    size = found.dtype.itemsize_bytes
    return TensorArgument(type(value), read, slot, parameter.is_written, aligned, size, low, high)


def _number(
    value: object, parameter: ScalarParameter, bounds: tuple[int, int] | None, slot: int
) -> Argument | None:
    kind = type(value)
    if parameter.dtype.kind == "bool":
        return NumberArgument(kind, slot, launch.BOOLEAN) if kind is bool else None
    if bounds is None:
        return None
    if parameter.dtype.is_float:
        bits = 64 if parameter.dtype.bits == 64 else 32
        return NumberArgument(kind, slot, launch.FLOAT, bits)
    return NumberArgument(kind, slot, launch.INTEGER, 0, *bounds)


def _stream(reader: ArgumentReader, decided: Decided) -> Stream | None:
    """The current stream of the library that made the first tensor."""
    if decided.device < 0 or not reader.tensors:
        return Stream()
    return stream(decided.values[reader.tensors[0][0]])

"""Read the arguments of a launch as its kernel's parameters want them, and say what is wrong with them."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple, cast

from weft.host import HostTensor, StridesError, is_contiguous, read_scalar, read_tensor
from weft.host.overlap import is_same_view, share_memory
from weft.model import arguments, launches
from weft.model.ir import Kernel, Param, Parameter, ScalarParameter, TensorParameter, walk_expr
from weft.model.limits import Problem

Number = int | float | bool

# Of what addresses are multiples where a GPU's widest loads and stores can be used.
ALIGNMENT_BYTES = 16


class Given(NamedTuple):
    """The arguments of one launch, in the order of the tensor and of the scalar parameters.

    key: all that a compiled version and a geometry depend on; of the addresses only whether 16 divides them, and of most
    scalars nothing.
    """

    tensors: list[HostTensor]
    scalars: list[Number]
    key: tuple[Hashable, ...]


class ArgumentReader:
    """Reads arguments for one kernel."""

    def __init__(self, kernel: Kernel) -> None:
        parameters = list(enumerate(kernel.parameters))
        self.tensors = [(at, p) for at, p in parameters if isinstance(p, TensorParameter)]
        self.scalars = [(at, p) for at, p in parameters if isinstance(p, ScalarParameter)]
        deciding = _names_of_extents(kernel)
        self._exact = [parameter.name in deciding for _, parameter in self.scalars]
        self._keys = [_key_of_scalar(parameter, deciding) for _, parameter in self.scalars]

    def read(self, values: Sequence[object]) -> Given | None:
        """None if an argument is not what its parameter wants; why is for `problems` to say."""
        try:
            tensors = [read_tensor(values[at]) for at, _ in self.tensors]
        except StridesError:
            return None
        scalars = [to_number(values[at], parameter) for at, parameter in self.scalars]
        if None in tensors or None in scalars:
            return None
        found, numbers = cast("list[HostTensor]", tensors), cast("list[Number]", scalars)
        keys = [key(number) for key, number in zip(self._keys, numbers, strict=True)]
        # What stands before dtype_name (the address) changes with each launch; whether 16 divides it seldom does.
        places = [(tensor.address % ALIGNMENT_BYTES == 0, tensor[2:]) for tensor in found]
        return Given(found, numbers, (*places, *keys))

    def bounds(self, order: int, number: Number) -> tuple[int, int] | None:
        """From where to where a scalar may be for the same key as `number`, whatever it is where it is a float; None
        where that is no range of 64 bits."""
        parameter = self.scalars[order][1]
        if self._exact[order]:
            return (number, number) if isinstance(number, int) else None
        if not parameter.dtype.is_integer:
            return 0, 0
        if parameter.dtype.bits < 64:
            return launches.integer_range(parameter.dtype)
        lowest, _ = launches.integer_range(parameter.dtype)
        return (max(lowest, 1 - 2**31), 2**31 - 1) if _in_32_bits(number) else None

    def sizes(self, given: Given) -> dict[str, Number]:
        """The value of each dimension and of each scalar, by name."""
        sizes: dict[str, Number] = {}
        for (_, parameter), tensor in zip(self.tensors, given.tensors, strict=True):
            for extent, value in zip(parameter.shape, tensor.shape, strict=True):
                if isinstance(extent, Param):
                    sizes[extent.name] = value
        names = [parameter.name for _, parameter in self.scalars]
        return {**sizes, **dict(zip(names, given.scalars, strict=True))}


def problems(kernel: Kernel, values: Sequence[object]) -> Iterator[Problem]:
    """What is wrong with bound arguments: first each by itself, then together."""
    facts: list[arguments.Fact] = []
    placed: list[tuple[str, str]] = []
    for parameter, value in zip(kernel.parameters, values, strict=True):
        try:
            tensor = read_tensor(value)
        except StridesError as error:
            facts.append(None)
            yield launches.byte_strides(parameter.name, error.strides_bytes, error.itemsize_bytes)
            continue
        facts.append(_fact(value, tensor))
        own = [*arguments.fits(parameter, facts[-1])]
        yield from own or _own_problems(kernel, parameter, tensor)
        if tensor is not None and tensor.device[0] in _PLACES and tensor.device[1] >= 0:
            placed.append((parameter.name, _PLACES[tensor.device[0]].format(tensor.device[1])))
    yield from arguments.dims_agree(kernel.parameters, facts)
    yield from launches.devices_agree(placed)


def to_number(value: object, parameter: ScalarParameter) -> Number | None:
    """The argument as its parameter's kind of number; None if it does not fit."""
    number = value if type(value) in (float, int, bool) else read_scalar(value)
    if not isinstance(number, int | float):
        return None
    if parameter.dtype.is_float:
        return float(number)
    if isinstance(number, float) or not _in_range(number, parameter):
        return None
    return bool(number) if parameter.dtype.kind == "bool" else int(number)


_PLACES = {"cpu": "host memory", "cuda": "GPU {}"}


def _own_problems(kernel: Kernel, parameter: Parameter, tensor: HostTensor | None) -> Iterator[Problem]:
    """What `arguments.fits`, which also asks of text, does not see."""
    if isinstance(parameter, TensorParameter) and tensor is not None:
        if tensor.device[0] not in _PLACES:
            yield launches.reachable(parameter.name, tensor.device[0])
        if kernel.is_contiguous and not is_contiguous(tensor.shape, tensor.strides):
            yield launches.not_contiguous(kernel.name, parameter.name, tensor.shape, tensor.strides)
        if parameter.is_written and not tensor.is_writable:
            yield launches.read_only(parameter.name)
        elif parameter.is_written and _is_broadcast(tensor):
            yield launches.broadcast(parameter.name)


def _is_broadcast(tensor: HostTensor) -> bool:
    pairs = zip(tensor.shape, tensor.strides, strict=True)
    return 0 not in tensor.shape and any(extent > 1 and stride == 0 for extent, stride in pairs)


def place_problems(kernel: Kernel, tensors: Sequence[HostTensor]) -> Iterator[Problem]:
    """What is wrong with where the tensors of a launch lie, which may change with each launch."""
    parameters = [parameter for parameter in kernel.parameters if isinstance(parameter, TensorParameter)]
    named = list(zip(parameters, tensors, strict=True))
    for parameter, tensor in named:
        itemsize_bytes = parameter.array.dtype.itemsize_bytes
        if tensor.address == 0 and 0 not in tensor.shape:
            yield launches.no_memory(parameter.name)
        elif tensor.address % itemsize_bytes:
            yield launches.misaligned(parameter.name, tensor.address, itemsize_bytes)
    for at, (written, tensor) in enumerate(named):
        for other_at, (other, other_tensor) in enumerate(named):
            if not written.is_written or other_at == at or (other.is_written and other_at < at):
                continue
            if not is_same_view(tensor, other_tensor) and share_memory(tensor, other_tensor):
                yield launches.overlap(written.name, other.name)


def _fact(value: object, tensor: HostTensor | None) -> arguments.Fact:
    if tensor is not None:
        return arguments.TensorFact(tensor.dtype, tensor.dtype_name, tensor.shape)
    number = read_scalar(value)
    if number is None:
        return arguments.OtherFact(type(value).__name__)
    kind = "bool" if isinstance(number, bool) else "int" if isinstance(number, int) else "float"
    return arguments.ScalarFact(kind, int(number) if kind == "int" else None)


def _in_range(number: int, parameter: ScalarParameter) -> bool:
    if not parameter.dtype.is_integer:
        return True
    lowest, highest = launches.integer_range(parameter.dtype)
    return lowest <= number <= highest


def _names_of_extents(kernel: Kernel) -> frozenset[str]:
    extents = () if kernel.domain is None else kernel.domain.extents
    return frozenset(part.name for extent in extents for part in walk_expr(extent) if isinstance(part, Param))


def _key_of_scalar(parameter: ScalarParameter, deciding: frozenset[str]) -> Callable[[Number], Hashable]:
    """What of a scalar decisions depend on: its value if the domain does, else whether 32 bits hold it."""
    if parameter.name in deciding:
        return lambda number: number
    if parameter.dtype.is_integer and parameter.dtype.bits == 64:
        return _in_32_bits
    return lambda number: None


def _in_32_bits(number: Number) -> bool:
    return -(2**31) < number < 2**31

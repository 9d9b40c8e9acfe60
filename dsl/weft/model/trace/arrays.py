"""Arrays of the host, as far as the text tells: what NumPy, CuPy, PyTorch and the language make, and what becomes of them.

What is not known for sure is left open: a size or a dtype is None, or all of the value is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from weft.model.dtypes import BF16, BOOL, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, DType
from weft.model.values import (
    UNKNOWN,
    Binding,
    DTypeRef,
    External,
    HostFunction,
    HostTensor,
    Method,
    Static,
    Tuple,
    Value,
)
from weft.records import record, replace

NUMPY_DTYPES: dict[str, DType] = {
    "float16": F16, "bfloat16": BF16, "float32": F32, "float64": F64, "int8": I8, "int16": I16, "int32": I32,
    "int64": I64, "uint8": U8, "uint16": U16, "uint32": U32, "uint64": U64, "bool": BOOL, "bool_": BOOL,
    "single": F32, "double": F64, "half": F16,
}  # fmt: skip
_TORCH_DTYPES = NUMPY_DTYPES | {"float": F32, "int": I32, "long": I64, "short": I16}
_PYTHON_DTYPES = {"float": F64, "int": I64, "bool": BOOL}
_LIBRARIES = ("numpy", "cupy", "torch")
_LARGEST_AXIS = 2**48
_CPU = Static("cpu")

Shape = tuple[int | None, ...] | None


@record
class Given:
    """The arguments of a call. library: whose function it is."""

    library: str
    positional: Sequence[Value]
    keywords: Mapping[str, Value]

    def value(self, place: int, name: str) -> Value | None:
        """An argument by its place or its name; None if it is left out."""
        return self.positional[place] if place < len(self.positional) else self.keywords.get(name)

    def dtype(self, place: int | None, default: DType | None) -> DType | None:
        """place: of the argument where it has no name; None if it must have one."""
        value = self.keywords.get("dtype") if place is None else self.value(place, "dtype")
        return default if value is None or value == Static(None) else dtype_of(value)

    def made(self, shape: Shape, dtype: DType | None) -> HostTensor:
        return HostTensor(dtype, dtype.name if dtype else None, shape, self.library)

    def tensor(self) -> HostTensor | None:
        first = self.positional[0] if self.positional else None
        return first if isinstance(first, HostTensor) else None


Make = Callable[[Given], Value]


def host_call(
    callee: Value, positional: Sequence[Value], keywords: Mapping[str, Value], package: str
) -> Value:
    """What a call outside of kernels makes, if it makes an array. package: of the language, which makes some too."""
    match callee:
        case External(qualified_name=name):
            library, _, function = name.partition(".")
            make = _FUNCTIONS.get(function) if library in _LIBRARIES else None
            return make(Given(library, positional, keywords)) if make else UNKNOWN
        case HostFunction(qualified_name=name):
            make = _OF_LANGUAGE.get(name.removeprefix(f"{package}.host.tensors."))
            library = "numpy" if keywords.get("device", _CPU) == _CPU else package
            return make(Given(library, positional, keywords)) if make else UNKNOWN
        case Method(receiver=HostTensor() as tensor, qualified_name=name):
            return _METHODS[name](tensor, Given(tensor.library, positional, keywords))
        case _:
            return UNKNOWN


def host_member(tensor: HostTensor, name: str) -> Binding:
    """A member of an array. Unknown, and no mistake, where nothing is known of it."""
    match name:
        case "T":
            return Binding(_transposed(tensor))
        case "shape" if tensor.shape is not None:
            return Binding(Tuple(tuple(UNKNOWN if size is None else Static(size) for size in tensor.shape)))
        case _:
            return Binding(Method(tensor, name) if name in _METHODS else UNKNOWN)


def dtype_of(value: Value) -> DType | None:
    """The dtype that `np.float32`, `torch.float32`, `"float32"`, `float` or `weft.f32` names."""
    match value:
        case DTypeRef(dtype=dtype):
            return dtype
        case External(qualified_name=name):
            library, _, short = name.rpartition(".")
            tables = {"torch": _TORCH_DTYPES, "builtins": _PYTHON_DTYPES, "": _PYTHON_DTYPES}
            return tables.get(library, NUMPY_DTYPES).get(short)
        case Static(value=str() as short):
            return NUMPY_DTYPES.get(short) or _PYTHON_DTYPES.get(short)
        case _:
            return None


# Shapes


def _size(value: Value) -> int | None:
    number = value.value if isinstance(value, Static) else None
    return number if type(number) is int and 0 <= number <= _LARGEST_AXIS else None


def _shape(value: Value | None) -> Shape:
    """The shape that `(4, 4)` or `4` is."""
    match value:
        case Static() if _size(value) is not None:
            return (_size(value),)
        case Tuple(items=items):
            return tuple(map(_size, items))
        case _:
            return None


def _sizes(given: Given, word: str = "size") -> Shape:
    """The shape of `f(4, 4)`, `f((4, 4))` or `f(size=(4, 4))`."""
    if word in given.keywords:
        return _shape(given.keywords[word])
    if len(given.positional) == 1:
        return _shape(given.positional[0])
    return tuple(map(_size, given.positional)) if given.positional else None


def _transposed(tensor: HostTensor) -> HostTensor:
    return replace(tensor, shape=tensor.shape[::-1] if tensor.shape is not None else None)


# Functions


def _filled(default: DType | None, dtype_place: int = 1) -> Make:
    """`zeros(shape, dtype)`; of PyTorch `zeros(*shape, dtype=...)`, where another default may be set."""

    def make(given: Given) -> Value:
        if given.library == "torch":
            return given.made(_sizes(given), given.dtype(None, None))
        return given.made(_shape(given.value(0, "shape")), given.dtype(dtype_place, default))

    return make


def _full(given: Given) -> Value:
    word = "size" if given.library == "torch" else "shape"
    return given.made(_shape(given.value(0, word)), given.dtype(2, None))


def _like(dtype_place: int | None = None) -> Make:
    """`zeros_like(x)`, `asarray(x)`."""

    def make(given: Given) -> Value:
        tensor = given.tensor()
        if tensor is None:
            return UNKNOWN
        shape = _shape(given.keywords["shape"]) if "shape" in given.keywords else tensor.shape
        return given.made(shape, given.dtype(dtype_place, tensor.dtype))

    return make


def _arange(given: Given) -> Value:
    ends = given.positional[:3]
    kinds = {type(one.value) if isinstance(one, Static) else None for one in ends}
    default = I64 if kinds == {int} else None
    if default is None or "start" in given.keywords or "stop" in given.keywords:
        return given.made((None,), given.dtype(3, None))
    numbers = [one.value for one in ends if isinstance(one, Static) and isinstance(one.value, int)]
    is_counted = not (len(numbers) == 3 and numbers[2] == 0) and all(
        abs(one) <= _LARGEST_AXIS for one in numbers
    )
    return given.made((len(range(*numbers)),) if is_counted else (None,), given.dtype(3, I64))


def _random(size_place: int, dtype: DType | None, dtype_place: int | None = None) -> Make:
    """`rng.normal(loc, scale, size)`: without a size it is a number."""

    def make(given: Given) -> Value:
        size = given.value(size_place, "size")
        if size is None or size == Static(None):
            return UNKNOWN
        return given.made(_shape(size), given.dtype(dtype_place, dtype))

    return make


def _of_sizes(dtype: DType | None) -> Make:
    """`np.random.rand(4, 4)`, `torch.randn(4, 4)`."""

    def make(given: Given) -> Value:
        own = None if given.library == "torch" else dtype
        return (
            given.made(_sizes(given), given.dtype(None, own))
            if given.positional or given.keywords
            else UNKNOWN
        )

    return make


def _torch_randint(given: Given) -> Value:
    size = given.keywords.get("size") or next(
        (one for one in given.positional if isinstance(one, Tuple)), None
    )
    return given.made(_shape(size), given.dtype(None, I64)) if given.library == "torch" else UNKNOWN


def _generator(given: Given) -> Value:
    return External(f"{given.library}.{_GENERATOR}")


_GENERATOR = "random.Generator()"
_FUNCTIONS: dict[str, Make] = {
    "zeros": _filled(F64), "ones": _filled(F64), "empty": _filled(F64), "full": _full,
    "zeros_like": _like(1), "ones_like": _like(1), "empty_like": _like(1), "full_like": _like(2),
    "rand_like": _like(), "randn_like": _like(),
    "asarray": _like(1), "ascontiguousarray": _like(1), "array": _like(1), "asnumpy": _like(), "from_numpy": _like(), "as_tensor": _like(1),
    "arange": _arange,
    "rand": _of_sizes(None), "randn": _of_sizes(None), "randint": _torch_randint,
    "random.rand": _of_sizes(F64), "random.randn": _of_sizes(F64),
    "random.random": _random(0, F64), "random.standard_normal": _random(0, F64),
    "random.normal": _random(2, F64), "random.uniform": _random(2, F64), "random.randint": _random(2, None, 3),
    "random.default_rng": _generator,
    f"{_GENERATOR}.random": _random(0, F64, 1), f"{_GENERATOR}.standard_normal": _random(0, F64, 1),
    f"{_GENERATOR}.normal": _random(2, F64), f"{_GENERATOR}.uniform": _random(2, F64),
    f"{_GENERATOR}.integers": _random(2, I64, 3),
}  # fmt: skip
_OF_LANGUAGE: dict[str, Make] = {
    "zeros": _filled(F32), "empty": _filled(F32), "full": _filled(F32, 2), "from_numpy": _like(),
}  # fmt: skip


# Methods


def _same(tensor: HostTensor, given: Given) -> Value:
    return tensor


def _as_numpy(tensor: HostTensor, given: Given) -> Value:
    return replace(tensor, library="numpy")


def _cast_to(dtype: DType) -> Callable[[HostTensor, Given], Value]:
    return lambda tensor, given: given.made(tensor.shape, dtype)


def _astype(tensor: HostTensor, given: Given) -> Value:
    wanted = given.value(0, "dtype")
    return given.made(tensor.shape, dtype_of(wanted) if wanted is not None else None)


def _to(tensor: HostTensor, given: Given) -> Value:
    """PyTorch's `to`, which takes a device, a dtype, both or another tensor."""
    words = [
        *given.positional,
        *(given.keywords[word] for word in ("dtype", "other") if word in given.keywords),
    ]
    found = [dtype_of(word) for word in words if not _is_device(word)]
    return given.made(tensor.shape, found[0] if found else tensor.dtype)


def _is_device(value: Value) -> bool:
    return isinstance(value, Static) and (
        isinstance(value.value, (bool, int)) or str(value.value).startswith(("cuda", "cpu"))
    )


def _reshape(tensor: HostTensor, given: Given) -> Value:
    if any(dtype_of(one) for one in given.positional):
        return UNKNOWN  # PyTorch's `view(dtype)`
    values = given.positional
    if len(values) == 1 and isinstance(values[0], Tuple):
        values = values[0].items
    elif len(values) == 1 and not isinstance(values[0], Static):
        values = ()  # it may be a tuple
    if not values or given.keywords:
        return given.made(None, tensor.dtype)
    sizes = [_size(one) for one in values]
    rest = [at for at, one in enumerate(values) if one == Static(-1)]
    others = [size for at, size in enumerate(sizes) if at not in rest]
    if len(rest) == 1 and tensor.shape is not None and None not in (*tensor.shape, *others):
        count, known = prod(size for size in tensor.shape if size), prod(size for size in others if size)
        sizes[rest[0]] = count // known if 0 not in (*tensor.shape, *others) and count % known == 0 else None
    return given.made(tuple(sizes), tensor.dtype)


def _flat(tensor: HostTensor, given: Given) -> Value:
    if given.positional and given.library == "torch":
        return given.made(None, tensor.dtype)  # from one axis to another
    is_known = tensor.shape is not None and None not in tensor.shape
    count = prod(size for size in tensor.shape or () if size is not None) if is_known else None
    return given.made((count,), tensor.dtype)


def _transpose(tensor: HostTensor, given: Given) -> Value:
    if not given.positional and not given.keywords:
        return _transposed(tensor)
    rank = len(tensor.shape) if tensor.shape is not None else 0
    return given.made((None,) * rank if rank else None, tensor.dtype)


def _unsqueeze(tensor: HostTensor, given: Given) -> Value:
    place = _size(given.value(0, "dim") or UNKNOWN)
    if tensor.shape is None or place is None or place > len(tensor.shape):
        return given.made(None, tensor.dtype)
    return given.made((*tensor.shape[:place], 1, *tensor.shape[place:]), tensor.dtype)


_METHODS: dict[str, Callable[[HostTensor, Given], Value]] = {
    **dict.fromkeys(("copy", "clone", "contiguous", "cuda", "cpu", "detach", "pin_memory"), _same),
    "numpy": _as_numpy, "get": _as_numpy,
    "astype": _astype, "to": _to, "float": _cast_to(F32), "half": _cast_to(F16), "double": _cast_to(F64),
    "bfloat16": _cast_to(BF16), "int": _cast_to(I32), "long": _cast_to(I64),
    "reshape": _reshape, "view": _reshape, "ravel": _flat, "flatten": _flat,
    "t": _transpose, "transpose": _transpose, "permute": _transpose, "unsqueeze": _unsqueeze,
}  # fmt: skip

"""Arrays of the host, as far as the text tells: what NumPy's constructors make."""

from collections.abc import Sequence

from weft.model.dtypes import BF16, BOOL, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, DType
from weft.model.values import UNKNOWN, External, HostTensor, Static, Tuple, Value

_ARRAYS = {"zeros": 1, "ones": 1, "empty": 1, "full": 2}
NUMPY_DTYPES: dict[str, DType] = {
    "float16": F16, "bfloat16": BF16, "float32": F32, "float64": F64, "int8": I8, "int16": I16, "int32": I32,
    "int64": I64, "uint8": U8, "uint16": U16, "uint32": U32, "uint64": U64, "bool": BOOL, "bool_": BOOL,
    "single": F32, "double": F64, "half": F16,
}  # fmt: skip
_LARGEST_AXIS = 2**48


def host_call(callee: Value, positional: Sequence[Value], keywords: dict[str, Value]) -> Value:
    """What NumPy's constructors make, as far as the arguments are known."""
    if not isinstance(callee, External):
        return UNKNOWN
    module, _, name = callee.qualified_name.partition(".")
    if module != "numpy" or name not in _ARRAYS or not positional:
        return UNKNOWN
    place = _ARRAYS[name]
    given = keywords.get("dtype", positional[place] if len(positional) > place else None)
    if given is None and name == "full":
        return HostTensor(None, None, _shape(positional[0]))
    dtype, dtype_name = (F64, "f64") if given is None else dtype_of(given)
    return HostTensor(dtype, dtype_name, _shape(positional[0]))


def dtype_of(value: Value) -> tuple[DType | None, str | None]:
    """The dtype that `np.float32`, `"float32"` or `float` names."""
    match value:
        case External(qualified_name=name):
            short = name.removeprefix("numpy.").removeprefix("ml_dtypes.").removeprefix("builtins.")
        case Static(value=str() as short):
            pass
        case _:
            return None, None
    python = {"float": F64, "int": I64}
    found = NUMPY_DTYPES.get(short) or python.get(short)
    return found, found.name if found else None


def _shape(value: Value) -> tuple[int | None, ...] | None:
    if isinstance(value, Static) and isinstance(value.value, int):
        return (value.value,)
    if not isinstance(value, Tuple):
        return None
    sizes = [item.value if isinstance(item, Static) else None for item in value.items]
    return tuple(size if isinstance(size, int) and 0 <= size <= _LARGEST_AXIS else None for size in sizes)

"""The atomic operations, and the dtypes that each takes: what front end and back ends agree on."""

from collections.abc import Mapping

from weft.model.dtypes import BF16, F16, F32, F64, I32, I64, U32, U64, DType

_INTEGERS = (I32, U32, I64, U64)
_WORDS = (*_INTEGERS, F32, F64)

# The name of the operation and of its effect: the dtypes of elements that it works on, in the memory of GPUs.
ATOMICS: Mapping[str, tuple[DType, ...]] = {
    "atomic_add": (*_WORDS, F16, BF16),
    "atomic_min": _WORDS,
    "atomic_max": _WORDS,
    "atomic_and": _INTEGERS,
    "atomic_or": _INTEGERS,
    "atomic_xor": _INTEGERS,
    "atomic_exchange": _WORDS,
    "atomic_compare_exchange": _WORDS,
}

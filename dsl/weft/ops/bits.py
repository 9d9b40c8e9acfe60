"""The bits of numbers. The result has the type of the argument; an index is taken as i64. Of vectors, element by element."""

from weft.ops.dtypes import DT, Number, Whole
from weft.ops.operation import only_in_kernels


def popcount(x: Whole, /) -> Whole:
    """How many bits of an integer are set.

    Wrong: a float [call-arguments]. Source: CUDA's `__popc`.
    """
    raise only_in_kernels("popcount")


def clz(x: Whole, /) -> Whole:
    """How many bits of an integer lie above its highest set one; all of them for 0.

    Wrong: a float [call-arguments]. Source: CUDA's `__clz`.
    """
    raise only_in_kernels("clz")


def ctz(x: Whole, /) -> Whole:
    """How many bits of an integer lie below its lowest set one, which is that one's place; all of them for 0.

    Wrong: a float [call-arguments]. Source: CUDA's `__ffs`, less 1.
    """
    raise only_in_kernels("ctz")


def bit_reverse(x: Whole, /) -> Whole:
    """The bits of an integer in the opposite order.

    Wrong: a float [call-arguments]. Source: CUDA's `__brev`.
    """
    raise only_in_kernels("bit_reverse")


def mul_hi(x: Whole, y: Whole, /) -> Whole:
    """The upper half of the product of two integers, which has twice their bits.

    Wrong: a float [call-arguments]. Source: CUDA's `__mulhi`.
    """
    raise only_in_kernels("mul_hi")


def bitcast(x: Number, dtype: type[DT], /) -> DT:
    """The bits of a number as one of another type: `weft.bitcast(x, weft.u32)`.

    dtype: as wide as the type of `x`. A Python number is taken to be of that width.

    Wrong: types of different width, or a boolean [call-arguments]. Source: CUDA's `__float_as_uint`.
    """
    raise only_in_kernels("bitcast")

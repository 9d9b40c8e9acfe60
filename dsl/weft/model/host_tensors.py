"""What is wrong with a tensor that the host wants to make. Words live here only."""

from weft.model.limits import Problem


def bad_shape(found: str) -> Problem:
    return Problem(
        "host-tensor",
        f"the shape is {found}; a shape is an integer, or a tuple of integers that are not negative: correct it",
    )


def bad_dtype(found: str) -> Problem:
    return Problem(
        "host-tensor", f"the dtype is {found}; it is one of Weft's, such as `weft.f32`: pass one of these"
    )


def bad_device(found: str) -> Problem:
    return Problem(
        "host-tensor", f"the device is {found}; it is `cpu`, `cuda` or `cuda:1`: pass one of these"
    )


def bad_array(type_name: str) -> Problem:
    return Problem(
        "host-tensor",
        f"the array is of type `{type_name}`; it is a NumPy array: convert it with `numpy.asarray`",
    )


def bad_array_dtype(dtype_name: str) -> Problem:
    return Problem("host-tensor", f"the array has dtype {dtype_name}, which Weft has not: convert it first")


def bad_value(found: str, dtype: str) -> Problem:
    return Problem("host-tensor", f"the value is {found}, which is no `{dtype}`: pass a number that it holds")


def other_array(found: str, wanted: str) -> Problem:
    return Problem(
        "host-tensor", f"the array is {found} and the tensor {wanted}: pass an array of that shape and dtype"
    )


def no_bfloat16() -> Problem:
    return Problem(
        "host-tensor",
        "NumPy has no bf16 without the package `ml_dtypes`: install it with `pip install ml_dtypes`, or use f32",
    )

"""Streams of other libraries: their handles, and which one a library works on now. Nothing is imported."""

import sys
from collections.abc import Sequence
from typing import Any

from weft.host import is_of_torch


def to_handle(stream: object) -> int | None:
    """The driver's handle of a stream of cuda.core, PyTorch (`cuda_stream`), CuPy (`ptr`) or numba (`handle`), or of one
    that `__cuda_stream__` tells; None for anything else."""
    if isinstance(stream, int):
        return int(stream)
    for attribute in ("cuda_stream", "ptr", "handle"):
        address: Any = getattr(stream, attribute, None)
        if address is not None:
            return int(getattr(address, "value", address) or 0)
    told: Any = getattr(stream, "__cuda_stream__", None)
    return None if told is None else int(told()[1])


def current_stream(values: Sequence[object], device: int) -> int:
    """The handle of the stream that the library of the first tensor among `values` works on; 0, the default stream,
    where it has none."""
    for value in values:
        library = type(value).__module__.partition(".")[0]
        if library == "torch" or is_of_torch(type(value)):
            torch: Any = sys.modules.get("torch")
            return 0 if torch is None else int(torch.cuda.current_stream(max(device, 0)).cuda_stream)
        if library == "cupy" and hasattr(value, "data"):
            return int(sys.modules["cupy"].cuda.get_current_stream().ptr)
        if hasattr(type(value), "__dlpack__") or hasattr(value, "__cuda_array_interface__"):
            return 0
    return 0

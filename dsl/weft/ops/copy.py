"""Copies of whole views by the threads of a block, at once or while they do other work."""

from typing import Any, Literal

from weft.ops.operation import only_in_kernels
from weft.ops.tensor import Tensor

View = Tensor[Any, *tuple[Any, ...]]


def copy(dst: View, src: View, /) -> None:
    """Copy `src` to `dst`: the threads of the block share the work, each taking up to 16 bytes at a time.

    dst: a view of a shape known at compile time. src: a view of the same shape and dtype.

    Every thread of the block comes here; before others read what was copied stands `weft.barrier()`.
    Wrong: shapes or dtypes that differ, or a shape known only at launch [copy-shape].
    """
    raise only_in_kernels("copy")


def copy_async(dst: View, src: View, /, *, bytes_per_thread: Literal[4, 8, 16] = 16) -> None:
    """Start copying `src` to `dst` without registers; `wait_async` waits for it. The threads of the block share the work.

    dst: shared memory, of a shape known at compile time. src: global memory, of the same shape and dtype.

    Every thread of the block comes here. Where the launch finds `src` aligned to `bytes_per_thread` (address, strides and
    extents), the copy goes on while the threads compute; elsewhere, and on the CPU, it is done at once.
    What of `src` lies outside of its tensor becomes 0.
    Wrong: dst not in shared memory, or src not in global memory [copy-async-space]; shapes or dtypes that differ, or a
    shape known only at launch [copy-shape].
    Needs compute capability 8.0. Source: PTX ISA, "cp.async".
    """
    raise only_in_kernels("copy_async")


def commit_async() -> None:
    """Close this thread's group of asynchronous copies: those it started since the last group.

    Source: PTX ISA, "cp.async.commit_group".
    """
    raise only_in_kernels("commit_async")


def wait_async(groups: int = 0, /) -> None:
    """Wait until at most `groups` of this thread's latest groups are not done yet.

    groups: known at compile time; 0 waits for all of them.

    A thread waits for its own copies only: `weft.barrier()` after it waits for those of the others.
    Wrong: a number known only at launch [static-required].
    Source: PTX ISA, "cp.async.wait_group".
    """
    raise only_in_kernels("wait_async")

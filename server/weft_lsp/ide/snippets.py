"""Pieces of code with places to fill in: a kernel, a loop over a row, a tile in shared memory."""

import re

from weft.records import record

_STATEMENT_START = re.compile(r"[ \t]*\w*\Z")
_HOLE = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")


@record
class Snippet:
    """`text` in the form of the protocol's snippets. Lines after the first are indented by the client."""

    name: str
    detail: str
    text: str

    @property
    def preview(self) -> str:
        return _HOLE.sub(lambda match: match[1] or "", self.text)


_OUTSIDE = (
    Snippet(
        "kernel",
        "a kernel: one thread for each element",
        "@weft.kernel\ndef ${1:name}(x: Tensor[f32, N], y: Tensor[f32, N]):\n    i = weft.index(y)\n    y[i] = ${2:x[i]}$0",
    ),
)
_INSIDE = (
    Snippet(
        "guarded loop",
        "a loop of all threads over an extent, each taking every nth element",
        "for ${1:k} in range(weft.thread_idx.x, ${2:N}, weft.block_dim.x):\n    $0",
    ),
    Snippet(
        "shared tile",
        "a tile in shared memory, filled by the threads of a block",
        "${1:tile} = weft.shared(${2:f32}, (${3:16}, ${3:16}))\n"
        "${1:tile}[weft.thread_idx.y, weft.thread_idx.x] = ${4:0.0}\nweft.barrier()\n$0",
    ),
)


def snippets(line_before: str, *, in_kernel: bool) -> tuple[Snippet, ...]:
    """Those that can stand where a statement starts; outside of kernels only at the margin, and once typing began."""
    if in_kernel:
        return _INSIDE if _STATEMENT_START.match(line_before) else ()
    return tuple(
        each for each in _OUTSIDE if re.fullmatch(r"\w+", line_before) and each.name.startswith(line_before)
    )

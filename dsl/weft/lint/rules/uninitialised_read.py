"""A read of shared or local memory that nothing has written.

Such memory holds what the last kernel left there: often zeros in a test, anything in production.

```python
@weft.kernel
def sums(x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = weft.local(f32, 1)
    for k in range(K):
        total[0] += x[k, i]
    y[i] = total[0]
```

Found too, as likely: memory that only the last block leaves unwritten, where the domain's threads end in the middle of a block.

Instead, write each element before it is read.

```python right
@weft.kernel
def sums(x: Tensor[f32, K, N], y: Tensor[f32, N]):
    i = weft.index(y)
    total = weft.local(f32, 1)
    total[0] = 0.0
    for k in range(K):
        total[0] += x[k, i]
    y[i] = total[0]
```

Source: CUDA C++ Programming Guide, "Shared Memory".
"""

from collections.abc import Iterator

from weft.lint.block.observe import edge_block, inner_block
from weft.lint.block.record import Uninitialised, Wild
from weft.lint.block.run import Ran
from weft.lint.block.trial import Trial
from weft.lint.rules.race import not_tried, unknown
from weft.model.diagnostic import Diagnostic, Span
from weft.model.kernel import Analysis

CODE = "uninitialised-read"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        yield from not_tried(CODE, kernel)
        return
    for found in ran.record.uninitialised.values():
        yield Diagnostic(CODE, _message(found, ran.trial), found.touch.span)
    for span, (wild, written) in ran.record.wild_uninitialised.items():
        if span not in ran.record.uninitialised:
            yield _wild(wild, written)
    yield from _unjudged(ran)
    at_edge = edge_block(kernel)
    for span, found in at_edge.record.uninitialised.items() if at_edge else ():
        if at_edge and span not in ran.record.uninitialised:
            message = _edge_message(kernel, found, at_edge.trial)
            yield Diagnostic(CODE, message, span, "warning", certainty="likely")


def _unjudged(ran: Ran) -> Iterator[Diagnostic]:
    found = ran.record.uninitialised.keys() | ran.record.wild_uninitialised.keys()
    for span, array in ran.record.unjudged_reads.items():
        if span not in found:
            message = (
                f"cannot tell whether this element of `{array.name}` is written before: which ones are depends on data, or on a loop that "
                "was not followed to its end"
            )
            yield unknown(CODE, message, span)


def _wild(wild: Wild, written: int) -> Diagnostic:
    """An access to an element that depends on data, of memory that is not all written."""
    array = wild.array
    some = f"only {written} of its {array.size} elements are written" if written else "nothing has written"
    message = (
        f"which element of `{array.name}` this reads depends on data, and {some}: {array.space} memory starts undefined; "
        "write all of it first"
    )
    sure = "likely" if written else "proved"
    return Diagnostic(CODE, message, wild.span, "warning" if written else "error", certainty=sure)


def _message(found: Uninitialised, trial: Trial) -> str:
    return f"{_reads(found, trial)}: {found.touch.array.space} memory starts undefined; write it first"


def _edge_message(kernel: Analysis, found: Uninitialised, trial: Trial) -> str:
    reads = f"in the last block of a domain that no block divides, {_reads(found, trial)}"
    domain = kernel.ir.domain if kernel.ir else None
    if domain is not None and kernel.domain_span is not None and _is_tiled(kernel, kernel.domain_span):
        return f"{reads}: threads outside of the domain go another way; let them write it too, 0 for example"
    return (
        f"{reads}: a thread outside of the domain writes nothing; take `weft.tile_index`, where every thread takes part, or write "
        "the rest too"
    )


def _is_tiled(kernel: Analysis, domain: Span) -> bool:
    """Whether every thread of a block takes part already."""
    return any(call.symbol.name == "tile_index" and domain.contains(call.span.start) for call in kernel.calls)


def _reads(found: Uninitialised, trial: Trial) -> str:
    thread, array = trial.thread_words(found.thread), found.touch.array
    return f"{thread} reads element {found.element} of `{array.name}`, which no thread has written"

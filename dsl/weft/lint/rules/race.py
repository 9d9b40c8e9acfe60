"""Two threads of a block touch one element, one of them writes, and no barrier stands between.

Which of them comes first differs from run to run, and so does the result. Found for shared memory, and for tensors that
the threads of one block write and read. One block is tried with large sizes; each finding names two threads that meet. Where the element depends on data, the finding is likely.

```python
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[i]
    y[i] = tile[63 - thread]  # another thread's element: it may not be there yet
```

Instead, put `weft.barrier()` between the two.

```python right
@weft.kernel
def turned(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    thread = weft.thread_idx.x
    tile = weft.shared(f32, 64)
    tile[thread] = x[i]
    weft.barrier()
    y[i] = tile[63 - thread]
```

Source: CUDA C++ Programming Guide, "Synchronization Functions".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Meeting, Untold
from weft.lint.block.run import Ran
from weft.lint.block.trial import Trial
from weft.lint.places import from_here, line_at_end, line_before, source
from weft.model.diagnostic import Diagnostic, Edit, Fix, Related, Span
from weft.model.kernel import Analysis

CODE = "race"

_PLAIN = {"read": "read", "write": "write", "atomic": "change"}
VERBS = {"read": "reads", "write": "writes", "atomic": "changes"}


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        yield from not_tried(CODE, kernel)
        return
    for meeting in meetings(ran):
        if meeting.loop is None and not is_overlap(meeting):
            yield finding(CODE, kernel, meeting, _message(kernel, meeting, ran.trial))
    yield from _wild(kernel, ran)
    yield from _updates(ran)
    yield from _untold(kernel, ran)


def not_tried(code: str, kernel: Analysis) -> Iterator[Diagnostic]:
    """What cannot be told of a kernel with shared memory whose block nobody knows."""
    if kernel.ir is not None and kernel.ir.shared:
        yield unknown(
            code,
            f"cannot tell what the threads of `{kernel.name}` do in shared memory: its block is known only at a launch, and none with "
            "a block stands in this file",
            kernel.name_span,
        )


def unknown(code: str, message: str, span: Span) -> Diagnostic:
    """A finding that is shown only on demand."""
    return Diagnostic(code, message, span, "warning", certainty="unknown")


def _updates(ran: Ran) -> Iterator[Diagnostic]:
    """`counts[key] += 1`: two threads with one key both read the old number."""
    for span, wild in ran.record.wild_updates.items():
        yield Diagnostic(
            CODE,
            f"several threads may read and write back one element of `{wild.array.name}` at once, which data tells, so that all but one "
            "are lost: use `weft.atomic_add`, or another atomic operation",
            span,
            "warning",
            certainty="likely",
        )


def _untold(kernel: Analysis, ran: Ran) -> Iterator[Diagnostic]:
    if not ran.is_finished and kernel.ir is not None and kernel.ir.shared:
        message = f"cannot tell whether threads of `{kernel.name}` race: a block of it does too much to be followed to its end"
        yield unknown(CODE, message, kernel.name_span)
    told = {span for pair in ran.record.wild_meetings for span in pair} | ran.record.wild_updates.keys()
    for untold in ran.untold:
        if untold.array.space == "shared" and untold.span not in told and untold.kind != "atomic":
            yield unknown(
                CODE,
                f"cannot tell whether this races with another access of `{untold.array.name}`: {why(untold)}",
                untold.span,
            )


def why(untold: Untold) -> str:
    """Why a run does not tell what an access is to."""
    if untold.depends_on_data:
        return f"which element it {VERBS[untold.kind]} depends on data"
    return f"whether it is made, or which element it {VERBS[untold.kind]}, depends on what is known only when the kernel runs"


def _wild(kernel: Analysis, ran: Ran) -> Iterator[Diagnostic]:
    """An access whose element depends on data may be to any element, so also to another thread's."""
    told: set[Span] = set()
    for wild, touch in ran.record.wild_meetings.values():
        later, other = (wild, touch) if wild.span > touch.span else (touch, wild)
        if later.span in told:
            continue
        told.add(later.span)
        yield Diagnostic(
            CODE,
            f"this {VERBS[later.kind]} elements of `{wild.array.name}` that other threads may {_PLAIN[other.kind]} "
            f"{from_here(kernel, later.span, other.span)}: which ones depends on data, and no barrier stands between; put "
            "`weft.barrier()` between the two",
            later.span,
            "warning",
            related=(Related(f"the other access: `{source(kernel, other.span)}`", other.span),),
            certainty="likely",
        )


def meetings(ran: Ran) -> Iterator[Meeting]:
    """Where threads meet; not in tensors that a lock may guard."""
    for meeting in ran.record.meetings.values():
        is_early = meeting.second.span in ran.early_reads  # a wait is missing, which is another finding
        if not is_early and not (ran.has_locks and meeting.first.array.space == "global"):
            yield meeting


def is_overlap(meeting: Meeting) -> bool:
    """Whether several threads write one element of a tensor: another finding, since a barrier does not mend it."""
    return meeting.first.kind == meeting.second.kind == "write" and meeting.first.array.space == "global"


def finding(code: str, kernel: Analysis, meeting: Meeting, message: str) -> Diagnostic:
    first = meeting.first.span
    related = (Related(f"the other access: `{source(kernel, first)}`", first),)
    edit = _edit(kernel, meeting) if meeting.first.array.space == "shared" else None
    fixes = (Fix("Put a barrier between", (edit,)),) if edit else ()
    return Diagnostic(code, message, meeting.second.span, "error", fixes, related)


def _edit(kernel: Analysis, meeting: Meeting) -> Edit | None:
    first, second = meeting.first.span, meeting.second.span
    if meeting.loop is not None:
        return line_at_end(kernel, meeting.loop, "barrier()")
    edit = line_before(kernel, second, "barrier()") if first != second else None
    return edit if edit is not None and edit.span.start > first.end else None


def _message(kernel: Analysis, meeting: Meeting, trial: Trial) -> str:
    first, second = meeting.first, meeting.second
    one, other = trial.thread_words(meeting.first_thread), trial.thread_words(meeting.second_thread)
    where = from_here(kernel, second.span, first.span)
    if first.span == second.span:
        return (
            f"{one} and {other} both write this element of `{first.array.name}`, and the last one wins: give each "
            "thread its own element, or let one thread write"
        )
    advice = "put `weft.barrier()` between the two"
    if first.array.space == "global":
        advice = "write to another tensor, since a barrier orders the threads of one block only"
    return (
        f"{other} {VERBS[second.kind]} the element of `{first.array.name}` that {one} {VERBS[first.kind]} {where}, "
        f"with no barrier between: {advice}"
    )

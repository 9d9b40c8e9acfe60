"""A read of shared or local memory that nothing has written.

Such memory holds what the last kernel left there: often zeros in a test, anything in production.

```python
total = weft.local(f32, 4)
total[0] += x[i]
```

Instead, write each element before it is read. Source: CUDA C++ Programming Guide, "Shared Memory".
"""

from collections.abc import Iterator

from weft.lint.block.observe import inner_block
from weft.lint.block.record import Uninitialised
from weft.lint.block.trial import Trial
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis

CODE = "uninitialised-read"


def check(kernel: Analysis) -> Iterator[Diagnostic]:
    ran = inner_block(kernel)
    if ran is None:
        return
    for found in ran.record.uninitialised.values():
        yield Diagnostic(CODE, _message(found, ran.trial), found.touch.span)


def _message(found: Uninitialised, trial: Trial) -> str:
    array = found.touch.array
    return (
        f"{trial.thread_words(found.thread)} reads element {found.element} of `{array.name}`, which no thread has "
        f"written: {array.space} memory starts undefined; write it first"
    )

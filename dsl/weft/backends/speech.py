"""What kernels say while they run."""

from weft.records import record


@record
class Speech:
    """What a `print` or a failed `assert` says. effect: its name. format: see `weft.model.texts`. line: of the source, from 1."""

    effect: str
    format: str
    kernel: str
    filename: str
    line: int

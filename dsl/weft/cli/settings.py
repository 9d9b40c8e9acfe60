"""What `weft check` is asked for."""

from collections.abc import Sequence
from typing import Literal

from weft.records import record

Format = Literal[
    "full", "text", "azure", "concise", "github", "gitlab", "json", "json-lines", "junit", "pylint", "rdjson", "sarif",
]  # fmt: skip
Fixing = Literal["no", "safe", "unsafe"]


@record
class Settings:
    """What `weft check` was asked for. jobs: 0 is one for each processor. stdin_filename: what standard input stands for."""

    paths: Sequence[str]
    format: Format = "full"
    select: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    is_zero: bool = False
    fixing: Fixing = "no"
    is_diff: bool = False
    is_statistics: bool = False
    is_show_files: bool = False
    is_show_unknown: bool = False
    is_add_ignores: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    stdin_filename: str | None = None
    jobs: int = 0
    is_cached: bool = True
    is_exclude_forced: bool = False

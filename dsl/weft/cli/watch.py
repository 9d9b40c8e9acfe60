"""`weft check --watch`: check, and again whenever a file has changed, until interrupted."""

import os
import time
from collections.abc import Callable

from weft.cli.cache import Stamp, stamp
from weft.cli.check import run
from weft.cli.settings import Settings
from weft.cli.sources import entries
from weft.records import replace

_SECONDS = 0.3
_CLEAR = "\x1b[2J\x1b[H"


def watch(settings: Settings, wait: Callable[[float], None] = time.sleep, rounds: int = 0) -> int:
    """The status of the last check. rounds: for tests, how often to check; 0 is for ever. wait: called between two looks at
    the files."""
    before: dict[str, Stamp] | None = None
    status, done = 0, 0
    while not rounds or done < rounds:
        now = {entry.path: stamp(entry.path) for entry in entries(settings.paths)}
        if now != before:
            if os.isatty(1):
                print(_CLEAR, end="")
            status = run(replace(settings, is_diff=False))
            done += 1
            before = now
            print("Watching for changes; Ctrl+C ends it", flush=True)
        try:
            wait(_SECONDS)
        except KeyboardInterrupt:  # the way to end it, when nothing is under way
            break
    return status

"""A baseline: the findings that were there when the gate was put up. Only new ones fail."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from typing import cast

from weft.cli.placed import placed
from weft.cli.report import Checked
from weft.lint.config import ConfigError
from weft.records import replace

_VERSION = 1


class BaselineError(ConfigError):
    """What is wrong with a baseline, as one line."""


def read(path: str) -> Counter[str]:
    """How often each fingerprint may be found. Raises BaselineError."""
    try:
        with open(path, encoding="utf-8") as file:
            value: object = json.load(file)
    except OSError as error:
        raise BaselineError(
            f"{path} cannot be read ({os.strerror(error.errno or 0).lower()}): make it with `weft check --write-baseline {path}`"
        ) from None
    except ValueError:
        raise BaselineError(f"{path} is no baseline (its text is not JSON): make it again") from None
    table = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    known = table.get("fingerprints")
    items = cast("list[object]", known) if isinstance(known, list) else None
    if table.get("version") != _VERSION or items is None:
        raise BaselineError(f"{path} is no baseline of this version of Weft: make it again")
    return Counter(item for item in items if isinstance(item, str))


def text_of(results: Sequence[Checked]) -> str:
    """The baseline that lets all of `results` pass."""
    found = sorted(one.fingerprint for one in placed(results))
    return json.dumps({"version": _VERSION, "fingerprints": found}, indent=1) + "\n"


def without_known(results: Sequence[Checked], known: Counter[str]) -> list[Checked]:
    """`results` without the findings that the baseline holds."""
    left: list[Checked] = []
    for checked in results:
        new = tuple(one.finding for one in placed([checked]) if not known[one.fingerprint])
        left.append(replace(checked, findings=new))
    return left

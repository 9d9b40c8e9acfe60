"""How findings are given to other programs, one file each; `full` and `json` are in `weft.cli.report`."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from weft.cli import report
from weft.cli.formats import azure, concise, github, gitlab, json_lines, junit, pylint, rdjson, sarif
from weft.cli.report import Checked

FORMATS: Mapping[str, Callable[[Sequence[Checked]], str]] = MappingProxyType(
    {
        "azure": azure.render,
        "concise": concise.render,
        "github": github.render,
        "gitlab": gitlab.render,
        "json": report.as_json,
        "json-lines": json_lines.render,
        "junit": junit.render,
        "pylint": pylint.render,
        "rdjson": rdjson.render,
        "sarif": sarif.render,
    }
)

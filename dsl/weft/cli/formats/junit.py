"""JUnit's XML: a suite for each file, a failed case for each finding."""

import re
from collections.abc import Sequence
from html import escape  # xml.sax loads all of http

from weft.cli.placed import Placed, placed
from weft.cli.report import Checked

# What XML 1.0 cannot hold, even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(results: Sequence[Checked]) -> str:
    suites = "\n".join(_suite(checked) for checked in results)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="weft">\n{suites}\n</testsuites>'


def _suite(checked: Checked) -> str:
    cases = [_case(one) for one in placed([checked])] or ['    <testcase name="weft"/>']
    found = len(checked.findings)
    head = f'  <testsuite name={_attribute(checked.source.path)} tests="{len(cases)}" failures="{found}" errors="0">'
    return "\n".join([head, *cases, "  </testsuite>"])


def _case(one: Placed) -> str:
    where = f"{one.path}:{one.start.line}:{one.start.column}"
    return (
        f'    <testcase name={_attribute(one.finding.code)} classname={_attribute(one.path)} line="{one.start.line}">\n'
        f"      <failure message={_attribute(one.finding.message)}>"
        f"{escape(_valid(f'{where}: {one.finding.message}'), quote=False)}</failure>\n    </testcase>"
    )


def _attribute(text: str) -> str:
    words = escape(_valid(text)).replace("&#x27;", "'")
    return f'"{words}"'


def _valid(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)

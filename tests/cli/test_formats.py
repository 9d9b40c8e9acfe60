"""The texts of `weft check --format`."""

import json
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from weft import __version__
from weft.cli import main
from weft.cli.address import REPOSITORY
from weft.cli.formats import FORMATS
from weft.cli.report import Checked
from weft.cli.rule import documentation
from weft.cli.settings import Format
from weft.cli.sources import Source
from weft.model.diagnostic import Diagnostic, Edit, Fix, Related, Span

FIX = Fix("Write `g`", (Edit(Span(4, 5), "g"),))
FOUND = Diagnostic("unknown-name", 'what, 100% "<so>"; do this', Span(4, 5), "warning", (FIX,))
FOUND_FIRST = Diagnostic("layout", "what", Span(0, 1))
RESULTS = [Checked(Source("a b/k.py", "é\n\tf()\n"), (FOUND,)), Checked(Source("c.py", ""), ())]


def shown(name: str) -> str:
    return FORMATS[name](RESULTS)


def test_concise():
    assert shown("concise") == 'a b/k.py:2:3: unknown-name: what, 100% "<so>"; do this'


def test_json_lines():
    assert [json.loads(line) for line in shown("json-lines").splitlines()] == json.loads(shown("json"))


def test_github():
    assert shown("github") == (
        "::warning title=weft (unknown-name),file=a b/k.py,line=2,endLine=2,col=3,endColumn=4::"
        'unknown-name: what, 100%25 "<so>"; do this'
    )


def test_gitlab():
    (issue,) = json.loads(shown("gitlab"))
    assert len(issue.pop("fingerprint")) == 32
    assert issue == {
        "check_name": "unknown-name",
        "description": 'what, 100% "<so>"; do this',
        "severity": "minor",
        "location": {"path": "a b/k.py", "lines": {"begin": 2, "end": 2}},
    }


def test_junit():
    assert shown("junit") == (
        """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="weft">
  <testsuite name="a b/k.py" tests="1" failures="1" errors="0">
    <testcase name="unknown-name" classname="a b/k.py" line="2">
      <failure message="what, 100% &quot;&lt;so&gt;&quot;; do this">a b/k.py:2:3: what, 100% "&lt;so&gt;"; do this</failure>
    </testcase>
  </testsuite>
  <testsuite name="c.py" tests="1" failures="0" errors="0">
    <testcase name="weft"/>
  </testsuite>
</testsuites>"""
    )
    odd = Checked(Source("\x1b\ud800.py", "f"), (Diagnostic("layout", "\0", Span(0, 1)),))
    ElementTree.fromstring(FORMATS["junit"]([odd]).encode())


def test_sarif():
    log = json.loads(shown("sarif"))
    (result,) = log["runs"][0]["results"]
    assert len(result["partialFingerprints"].pop("weft/v1")) == 32
    region = {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4}
    uri = {"uri": "a%20b/k.py"}
    change = {
        "artifactLocation": uri,
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": "g"}}],
    }
    words = documentation("unknown-name")
    rule = {
        "id": "unknown-name",
        "shortDescription": {"text": "A name that is not defined."},
        "fullDescription": {
            "text": "A name that is not defined.\n\nThe name is not defined, under this spelling."
        },
        "helpUri": f"{REPOSITORY}/blob/v{__version__}/docs/rules/unknown-name.md",
        "help": {"text": words, "markdown": words},
    }
    assert log["version"] == "2.1.0"
    assert log["runs"][0]["tool"]["driver"] == {
        "name": "weft",
        "version": __version__,
        "informationUri": REPOSITORY,
        "rules": [rule],
    }
    assert result == {
        "ruleId": "unknown-name",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": 'what, 100% "<so>"; do this'},
        "locations": [
            {"physicalLocation": {"artifactLocation": uri, "region": {**region, "snippet": {"text": "("}}}}
        ],
        "partialFingerprints": {},
        "fixes": [{"description": {"text": "Write `g`"}, "artifactChanges": [change]}],
    }


def test_sarif_says_where_a_file_outside_of_the_working_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for path in (str(tmp_path / "a b.py"), "../a b.py"):
        log = json.loads(FORMATS["sarif"]([Checked(Source(path, "f"), (FOUND_FIRST,))]))
        (location,) = log["runs"][0]["results"][0]["locations"]
        assert location["physicalLocation"]["artifactLocation"] == {"uri": (tmp_path / "a b.py").as_uri()}


def test_fingerprints_survive_edits_above_and_tell_equal_findings_apart():
    def prints(text: str) -> list[str]:
        at = text.index("f()")
        found = tuple(Diagnostic("layout", "what", Span(at + by, at + by + 1)) for by in (0, 1))
        issues = json.loads(FORMATS["gitlab"]([Checked(Source("k.py", text), found)]))
        return [issue["fingerprint"] for issue in issues]

    assert prints("f()\n") == prints("\n\n  f()\n")
    assert len(set(prints("f()\n"))) == 2


@pytest.mark.parametrize("name", FORMATS)
def test_exit_status(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    text = "import weft\n@weft.kernel\ndef k(x: weft.f32):\n    y = scael\n"
    Path("k.py").write_text(text)
    Path("clean.py").write_text("import weft\n")
    assert main(["check", "--format", name, "k.py"]) == 1
    assert main(["check", "--format", name, "--exit-zero", "k.py"]) == 0
    assert main(["check", "--format", name, "clean.py"]) == 0
    assert main(["check", "--format", name, "--exit-zero", "k.py", "missing.py"]) == 2
    assert "k.py" in capsys.readouterr().out


def test_sarif_has_what_is_suppressed_and_the_other_places():
    other = Diagnostic("race", "meets", Span(4, 5), related=(Related("the other access", Span(0, 1)),))
    hidden = Diagnostic("race", "is known", Span(0, 1))
    log = json.loads(FORMATS["sarif"]([Checked(Source("k.py", "x = 1\n"), (other,), (hidden,))]))
    shown, suppressed = log["runs"][0]["results"]
    assert "suppressions" not in shown
    assert suppressed["suppressions"] == [{"kind": "inSource"}]
    (related,) = shown["relatedLocations"]
    assert related["message"] == {"text": "the other access"}
    assert related["physicalLocation"]["region"]["startColumn"] == 1


def test_fingerprints_survive_edits_elsewhere():
    def fingerprint(text: str, at: int) -> str:
        found = Diagnostic("unknown-name", "what", Span(at, at + 1))
        (result,) = json.loads(FORMATS["sarif"]([Checked(Source("k.py", text), (found,))]))["runs"][0][
            "results"
        ]
        return result["partialFingerprints"]["weft/v1"]

    assert fingerprint("f()\n", 0) == fingerprint("# new\n\nf()\n", 7)
    assert fingerprint("f()\n", 0) != fingerprint("f(1)\n", 0)


def test_azure():
    assert shown("azure") == (
        "##vso[task.logissue type=warning;sourcepath=a b/k.py;linenumber=2;columnnumber=3;code=unknown-name;]"
        'what, 100%AZP25 "<so>"; do this'
    )


def test_pylint():
    assert shown("pylint") == 'a b/k.py:2: [unknown-name] what, 100% "<so>"; do this'


def test_rdjson():
    (found,) = json.loads(shown("rdjson"))["diagnostics"]
    place = {"start": {"line": 2, "column": 3}, "end": {"line": 2, "column": 4}}
    assert found == {
        "message": 'what, 100% "<so>"; do this',
        "location": {"path": "a b/k.py", "range": place},
        "severity": "WARNING",
        "code": {"value": "unknown-name"},
        "suggestions": [{"range": place, "text": "g"}],
    }


def test_the_option_offers_every_format():
    assert {*FORMATS, "full", "text"} == set(get_args(Format))

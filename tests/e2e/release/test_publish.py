"""Publishing, by the registries' own clients, to recorders on this machine that behave well and badly."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PUBLISH = ROOT / "editors" / "openvsx-publish" / "publish.py"
AGAIN = "Mend the cause and run this again: it leaves alone what is published."


@pytest.fixture(scope="session")
def package() -> Path:
    built = sorted((ROOT / "editors" / "vscode" / "build").glob("weft-*.vsix"))
    assert built, "there is no package; `make release-dry-run` builds it"
    return built[-1]


def publish(package: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    fast = ["--wait-seconds=0.5", "--poll-seconds=0.1"]
    command = [sys.executable, str(PUBLISH), str(package), "--dry-run", *fast, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def address(package: Path) -> str:
    """Of the repository, as the package says it."""
    with zipfile.ZipFile(package) as archive:
        manifest = json.loads(archive.read("extension/package.json"))
    return str(manifest["repository"]["url"]).removesuffix(".git")


def changed(package: Path, target: Path, name: str, old: str, new: str) -> Path:
    """The package with another text in one of its files."""
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.namelist():
            data = source.read(entry)
            if entry.lower() == f"extension/{name}".lower():
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            copy.writestr(entry, data)
    return target


def test_both_registries_get_the_bytes_of_the_package(package: Path):
    status, out, err = publish(package)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    assert (status, err) == (0, "")
    assert f"recorder of VS Marketplace: {digest}\nrecorder of Open VSX: {digest}\n" in out


def test_a_version_that_is_there_is_left_alone(package: Path):
    status, out, err = publish(package, "--pretend=duplicate")
    assert (status, err) == (0, "")
    assert out.count("is there already; left alone") == 2
    assert out.count("nothing was uploaded") == 2


def test_a_wrong_token_is_found_before_anything_is_uploaded(package: Path):
    status, out, err = publish(package, "--pretend=wrong-token")
    assert (status, out) == (1, "")
    first, second = err.splitlines()
    assert "it answers 401: the token in VSCE_PAT is wrong or has expired" in first
    assert "it answers 401: the token in OVSX_PAT is wrong or has expired" in second


def test_a_version_under_review(package: Path):
    status, out, err = publish(package, "--pretend=review")
    assert status == 4
    assert out.count(": uploaded\n") == 2
    assert (
        err.count("is not served after 0.5 seconds. It may still be under review; look at http://127.0.0.1:")
        == 2
    )


def test_an_upload_without_an_answer(package: Path):
    status, _, err = publish(package, "--pretend=time-out", "--upload-seconds=3")
    assert status == 3
    assert err == (
        "VS Marketplace: no answer to the upload within 3 seconds\n"
        "Open VSX: no answer to the upload within 3 seconds\n"
        f"Not on VS Marketplace and Open VSX. {AGAIN}\n"
    )


def test_an_upload_that_breaks_off(package: Path):
    status, _, err = publish(package, "--pretend=half-upload")
    assert status == 3
    assert "VS Marketplace: refused the upload:\n" in err
    assert "Open VSX: refused the upload:\n" in err
    assert err.endswith(f"Not on VS Marketplace and Open VSX. {AGAIN}\n")


def test_links_into_a_repository_that_is_not_there(package: Path):
    """The check of an address that somebody made up."""
    status, out, err = publish(package, "--pretend=no-repository")
    assert (status, out) == (1, "")
    assert err == (
        f"not published: there is no repository at {address(package)} (it answers 404), and 8 links of README.md lead into it "
        "or beside it: make the repository public, or build with GITHUB_REPOSITORY=OWNER/NAME, as a workflow of GitHub does\n"
    )


def test_links_to_a_tag_that_is_not_pushed(package: Path):
    status, out, err = publish(package, "--pretend=no-tag")
    assert (status, out) == (1, "")
    first, *rest = err.splitlines()
    raw = address(package).replace("github.com", "raw.githubusercontent.com")
    version = package.stem.removeprefix("weft-")
    assert first == (
        f"not published: README.md links to {raw}/v{version}/docs/img/finding.png, which is not there (it answers 404): "
        f"push the tag v{version} with that file"
    )
    assert len(rest) == 7


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("changelog.md", "## 0.", "## 9.", "CHANGELOG.md has no entry for"),
        (
            "readme.md",
            "# Weft\n",
            "# Weft\n\n![x](img/x.png)\n",
            "README.md links to `img/x.png`, which leads nowhere",
        ),
        (
            "package.json",
            '"license": "Apache-2.0"',
            '"license": ""',
            "no licence, without which Open VSX takes nothing",
        ),
        (
            "package.json",
            '"icon": "icon.png"',
            '"icon": "gone.png"',
            "no icon, or not a PNG of at least 128 × 128",
        ),
    ],
)
def test_what_is_wrong_with_a_package_is_found_before_it_is_uploaded(
    package: Path, tmp_path: Path, name: str, old: str, new: str, complaint: str
):
    bad = changed(package, tmp_path / "bad.vsix", name, old, new)
    status, out, err = publish(bad)
    assert (status, out) == (1, "")
    assert err.startswith(f"not published: {complaint}")


def test_what_is_no_package(tmp_path: Path):
    file = tmp_path / "some.vsix"
    file.write_text("not a zip")
    status, out, err = publish(file)
    assert (status, out) == (1, "")
    assert err.endswith("some.vsix is no package of an extension: File is not a zip file\n")


def test_node_is_there():
    """The unmodified clients run on it; without it every test above fails for another reason."""
    assert shutil.which("node")

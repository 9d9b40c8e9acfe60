"""Build the extension: `python build.py` makes build/weft-VERSION.vsix from a clean copy of what belongs into it.

The same commit gives the same bytes; `--twice` builds twice and compares. The build fails on a file that it does not expect, on a version that differs from the
language's, on a package above the size limit, and if the packaged server does not answer on a bare Python.
Node 22 or newer and npm must be on PATH.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STAGE = HERE / "build" / "stage"
LIBS = STAGE / "bundled" / "libs"
OWN = {"weft": ROOT / "dsl" / "weft", "weft_lsp": ROOT / "server" / "weft_lsp"}
LIMIT_BYTES = 6_000_000
OLDEST_NODE = 22
# The server reads no array and compiles nothing: what does so stays out.
LEFT_OUT = ("weft/backends/cpu/", "weft/backends/cuda/")
# jedi's stubs of packages that are not the standard library's: their own sources say as much where they are installed.
NOT_BUNDLED = ("bin/", "jedi/third_party/django-stubs/", "jedi/third_party/typeshed/stubs/")

COPIED = [
    "CHANGELOG.md",
    "icon.png",
    "package.json",
    "snippets/python.json",
    "syntaxes/suppression.json",
    "media/layout.js",
    "media/stages.js",
    "media/view.css",
    *(f"walkthrough/{step}.md" for step in ("kernel", "run", "finding", "layouts", "stages", "ci")),
    "bundled/run_server.py",
]
EXPECTED = [
    r"\[Content_Types\]\.xml",
    r"extension\.vsixmanifest",
    r"extension/(CHANGELOG\.md|changelog\.md|README\.md|readme\.md|LICENSE\.txt|LICENSE|icon\.png|package\.json)",
    r"extension/(snippets/python|syntaxes/suppression)\.json",
    r"extension/media/(layout\.js|stages\.js|view\.css)",
    r"extension/walkthrough/(kernel|run|finding|layouts|stages|ci)\.md",
    r"extension/dist/(extension\.js|NOTICES\.txt)",
    r"extension/bundled/run_server\.py",
    r"extension/bundled/libs/(weft|weft_lsp)/([a-z_0-9]+/)*[a-z_0-9]+\.py",
    r"extension/bundled/libs/weft/py\.typed",
    r"extension/bundled/libs/weft/lint/pages/[a-z-]+\.md",
    r"extension/bundled/libs/(attr|attrs|cattr|cattrs|lsprotocol|pygls)/([a-z_0-9]+/)*([a-z_0-9]+\.pyi?|py\.typed)",
    r"extension/bundled/libs/(jedi|parso)/([A-Za-z_0-9]+/)*([A-Za-z_0-9]+\.pyi?|grammar[0-9]+\.txt|py\.typed|LICENSE)",
    r"extension/bundled/libs/typing_extensions\.py",
    r"extension/bundled/libs/[a-z_]+-[0-9.]+\.dist-info/([a-z]+/)?(METADATA|LICENSE(\.txt)?|NOTICE\.txt)",
]
NEEDED = [
    "LICENSE.txt",
    "dist/extension.js",
    "dist/NOTICES.txt",
    "icon.png",
    "bundled/libs/weft/__init__.py",
    "bundled/libs/weft_lsp/__main__.py",
]


class BuildError(Exception):
    """Said to the user as one line."""


def main() -> int:
    try:
        package = build()
        if "--twice" in sys.argv[1:]:
            first = package.read_bytes()
            if build().read_bytes() != first:
                raise BuildError("Two builds differ")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    print(f"{digest}  {package.relative_to(ROOT)}  ({package.stat().st_size:,} bytes)")
    return 0


def build() -> Path:
    version = agreed_version()
    check_node()
    install_node_packages()
    stage_files()
    stage_readme(version)
    stage_python()
    stage_script()
    normalize()
    package = HERE / "build" / f"weft-{version}.vsix"
    pack(package)
    check_package(package)
    return package


def agreed_version() -> str:
    version = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["version"]
    source = (OWN["weft"] / "__init__.py").read_text(encoding="utf-8")
    if f'__version__ = "{version}"' not in source:
        raise BuildError(f"package.json has version {version}, and weft has another")
    return version


def check_node() -> None:
    done = (
        subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
        if shutil.which("node")
        else None
    )
    found = done.stdout.strip() if done else "not on PATH"
    if not found.startswith("v") or int(found[1:].split(".")[0]) < OLDEST_NODE:
        raise BuildError(
            f"Node {OLDEST_NODE} or newer is needed to build the extension; node is {found}. "
            "Install one from nodejs.org; `make e2e` brings one of its own"
        )


def install_node_packages() -> None:
    """What the lock file says, if it is not there already."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=HERE)
        installed.touch()


def stage_files() -> None:
    shutil.rmtree(STAGE, ignore_errors=True)
    for name in COPIED:
        copy(HERE / name, STAGE / name)
    copy(ROOT / "LICENSE", STAGE / "LICENSE")


def stage_readme(version: str) -> None:
    """With whole addresses, of this version's own files: the galleries show it where there is no folder around it."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    base = address().replace("https://github.com/", "https://raw.githubusercontent.com/") + f"/v{version}/"
    names: list[str] = re.findall(r"\]\(\.\./\.\./([^)\s]+)\)", text)
    refuse(
        "links in README.md to files that are not there",
        [name for name in names if not (ROOT / name).exists()],
    )
    (STAGE / "README.md").write_text(text.replace("](../../", f"]({base}"), encoding="utf-8", newline="\n")


def address() -> str:
    """Of the repository: the one that a workflow of GitHub runs in, else the one that package.json names."""
    if given := os.environ.get("GITHUB_REPOSITORY"):
        url, place = f"https://github.com/{given}.git", "GITHUB_REPOSITORY"
    else:
        url, place = written_address(), "package.json"
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+\.git", url):
        raise BuildError(f"the repository in {place} is {url}: it must be https://github.com/OWNER/NAME.git")
    return url.removesuffix(".git")


def written_address() -> str:
    return json.loads((HERE / "package.json").read_text(encoding="utf-8"))["repository"]["url"]


def stage_python() -> None:
    """The pinned packages, then our own: what git would take of them."""
    requirements = HERE / "bundled" / "requirements.txt"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install"]
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=py", "--no-compile"]
    with tempfile.TemporaryDirectory() as folder:
        run(*pip, *options, f"--target={folder}", f"--requirement={requirements}", cwd=HERE)
        for path in files(Path(folder)):
            name = path.relative_to(folder).as_posix()
            if is_of_use(name):
                copy(path, LIBS / name)
    for package, source in OWN.items():
        for path in files(source):
            name = f"{package}/{path.relative_to(source).as_posix()}"
            if "__pycache__" not in name and not name.startswith(LEFT_OUT):
                copy(path, LIBS / name)
    address_file = LIBS / "weft" / "cli" / "address.py"
    replace_once(address_file, f'"{written_address().removesuffix(".git")}"', f'"{address()}"')


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise BuildError(
            f"{path.relative_to(STAGE)} has {old} {text.count(old)} times, and must have it once"
        )
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def is_of_use(name: str) -> bool:
    """Of pip's records, only what the licences ask for."""
    if ".dist-info/" in name:
        return re.search(r"/(METADATA|LICENSE[^/]*|NOTICE[^/]*)$", name) is not None
    return not name.startswith(NOT_BUNDLED)


def stage_script() -> None:
    """The extension's own code and its libraries in one file, and the licences of the libraries beside it."""
    target, report = STAGE / "dist" / "extension.js", HERE / "build" / "inputs.json"
    options = [
        "--bundle",
        "--platform=node",
        "--target=node18",
        "--format=cjs",
        "--external:vscode",
        "--minify",
    ]
    modules = HERE / "node_modules"
    run("node", str(modules / "typescript" / "bin" / "tsc"), "--noEmit", cwd=HERE)
    esbuild = [str(modules / "esbuild" / "bin" / "esbuild"), "src/extension.ts", "--log-level=warning"]
    run(*esbuild, *options, f"--metafile={report}", f"--outfile={target}", cwd=HERE)
    inputs = json.loads(report.read_text(encoding="utf-8"))["inputs"]
    matches = (re.match(r"node_modules/((@[^/]+/)?[^/]+)/", name) for name in inputs)
    notices = [notice(modules / name) for name in sorted({match[1] for match in matches if match})]
    (STAGE / "dist" / "NOTICES.txt").write_text("\n\n".join(notices), encoding="utf-8", newline="\n")


def notice(package: Path) -> str:
    """Name, version and licence of a library."""
    manifest = json.loads((package / "package.json").read_text(encoding="utf-8"))
    texts = sorted(path for path in package.iterdir() if re.match(r"licen[cs]e", path.name, re.IGNORECASE))
    if not texts:
        raise BuildError(f"{manifest['name']} has no licence text")
    text = texts[0].read_text(encoding="utf-8").replace("\r\n", "\n").strip()
    return f"{manifest['name']} {manifest['version']}\n\n{text}\n"


def normalize() -> None:
    """Nothing of the machine: neither its umask nor the commands that only a checkout needs. The address, and what follows from it."""
    for path in files(STAGE):
        path.chmod(0o644)
    manifest = json.loads((STAGE / "package.json").read_text(encoding="utf-8"))
    for key in ("scripts", "devDependencies", "private"):
        del manifest[key]
    manifest["repository"]["url"] = f"{address()}.git"
    manifest |= {"homepage": f"{address()}#readme", "bugs": {"url": f"{address()}/issues/new"}}
    (STAGE / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")


def pack(package: Path) -> None:
    package.unlink(missing_ok=True)
    vsce = str(HERE / "node_modules" / "@vscode" / "vsce" / "vsce")
    options = ["--no-dependencies", "--no-rewrite-relative-links"]
    run("node", vsce, "package", *options, "--out", str(package), cwd=STAGE, SOURCE_DATE_EPOCH=build_time())


def build_time() -> str:
    """Given, or when the commit was made."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "315532800"


def check_package(package: Path) -> None:
    with zipfile.ZipFile(package) as archive, tempfile.TemporaryDirectory() as folder:
        entries = archive.infolist()
        archive.extractall(folder)
        names = {entry.filename for entry in entries}
        pattern = re.compile("|".join(EXPECTED))
        refuse("files that are not expected", [name for name in names if not pattern.fullmatch(name)])
        refuse("files that are missing", [name for name in NEEDED if f"extension/{name}" not in names])
        refuse(
            "zip extra fields, which Open VSX refuses", [entry.filename for entry in entries if entry.extra]
        )
        if package.stat().st_size > LIMIT_BYTES:
            raise BuildError(
                f"The package has {package.stat().st_size:,} bytes; the limit is {LIMIT_BYTES:,}"
            )
        run(sys.executable, str(HERE / "check_bundle.py"), f"{folder}/extension/bundled", cwd=HERE)


def refuse(what: str, names: list[str]) -> None:
    if names:
        raise BuildError(f"The package has {what}: {', '.join(sorted(names))}")


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def run(*command: str, cwd: Path, **variables: str) -> None:
    """Run a program; what it says matters only if it fails."""
    program = shutil.which(command[0])
    if program is None:
        raise BuildError(f"{command[0]} is needed, and is not on PATH")
    done = subprocess.run(
        [program, *command[1:]],
        cwd=cwd,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{done.stdout}\n{' '.join(command[:2])} failed with status {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())

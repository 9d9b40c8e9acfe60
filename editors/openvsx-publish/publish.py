"""Publish one package to the VS Marketplace and to Open VSX: `python publish.py PACKAGE [--dry-run]`.

The same bytes go to both, by the registries' own clients. `--dry-run` sends them to recorders on 127.0.0.1 and compares
what arrived. Exit status: 0 both serve the version; 1 a check failed and nothing was uploaded; 2 wrong usage;
3 a registry refused the package or the upload broke off; 4 uploaded, and not served within the time limit;
5 a recorder got other bytes. Every run may be repeated: what is published already is left alone.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import checks
import recorder
from checks import Package
from registries import CLIENTS, Registry, answer_of, marketplace, open_vsx

CHECK_FAILED, REFUSED, NOT_SERVED, BYTES_DIFFER = 1, 3, 4, 5
POLL_SECONDS = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        package = Package.read(options.package)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        print(f"{options.package} is no package of an extension: {error}", file=sys.stderr)
        return CHECK_FAILED
    if options.dry_run:
        return dry_run(package, options)
    return publish(package, [marketplace(), open_vsx()], options, answer_of)


def publish(
    package: Package,
    registries: Sequence[Registry],
    options: argparse.Namespace,
    answer_to: Callable[[str], str],
) -> int:
    """`answer_to`: what the web says to an address, as `checks.of_links` wants it."""
    if complaints := [*_complaints(package, registries), *checks.of_links(package, answer_to)]:
        for complaint in complaints:
            print(f"not published: {complaint}", file=sys.stderr)
        return CHECK_FAILED
    print(f"{package.publisher}.{package.name} {package.version}: sha256 {digest(package.path.read_bytes())}")
    refused = [
        registry.title for registry in registries if not upload(package, registry, options.upload_seconds)
    ]
    accepted = [registry for registry in registries if registry.title not in refused]
    late = [registry.title for registry in accepted if not wait_until_served(package, registry, options)]
    if refused:
        print(
            f"Not on {' and '.join(refused)}. Mend the cause and run this again: it leaves alone what is published.",
            file=sys.stderr,
        )
    return REFUSED if refused else NOT_SERVED if late else 0


def upload(package: Package, registry: Registry, limit_seconds: float) -> bool:
    """By the registry's own client. What it says is shown only when it fails."""
    if _is_served(package, registry):
        print(f"{registry.title}: {package.version} is there already; left alone")
        return True
    variables = {**os.environ, registry.url_variable: registry.url}
    try:
        done = subprocess.run(
            registry.command(package.path),
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"{registry.title}: no answer to the upload within {limit_seconds:g} seconds", file=sys.stderr)
        return False
    if done.returncode:
        print(f"{registry.title}: refused the upload:\n{_indented(done.stdout)}", file=sys.stderr)
        return False
    print(f"{registry.title}: uploaded")
    return True


def wait_until_served(package: Package, registry: Registry, options: argparse.Namespace) -> bool:
    """A client's success is not yet a version that people get: the registry may review it first."""
    deadline = time.monotonic() + options.wait_seconds
    while not _is_served(package, registry):
        if time.monotonic() >= deadline:
            print(
                f"{registry.title}: uploaded, and {package.version} is not served after {options.wait_seconds:g} seconds. "
                f"It may still be under review; look at {registry.url} and run this again later.",
                file=sys.stderr,
            )
            return False
        time.sleep(min(options.poll_seconds, options.wait_seconds))
    print(f"{registry.title}: serves {package.version}")
    return True


def dry_run(package: Package, options: argparse.Namespace) -> int:
    """Everything but the registries: these are recorders, which cannot say whether the real ones would take the package."""
    with ExitStack() as stack:
        behaviour = recorder.Behaviour(options.pretend, package.publisher, package.name, package.version)
        shops = [stack.enter_context(recorder.recording(kind, behaviour)) for kind in recorder.KINDS]
        for variable in ("VSCE_PAT", "OVSX_PAT"):
            os.environ[variable] = "wrong" if options.pretend == "wrong-token" else recorder.TOKEN
        answer_to = partial(answer_of, web=stack.enter_context(recorder.pages(options.pretend)))
        status = publish(package, [marketplace(shops[0].url), open_vsx(shops[1].url)], options, answer_to)
        return status or _compare(package, shops)


def _compare(package: Package, shops: Sequence[recorder.Recorder]) -> int:
    wanted = digest(package.path.read_bytes())
    for shop in shops:
        got = [digest(body) for body in shop.uploads]
        print(f"recorder of {shop.kind}: {', '.join(got) or 'nothing was uploaded'}")
        if any(each != wanted for each in got):
            print(f"The recorder of {shop.kind} got other bytes than {wanted}", file=sys.stderr)
            return BYTES_DIFFER
    return 0


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _complaints(package: Package, registries: Sequence[Registry]) -> list[str]:
    found = [*checks.of_package(package)]
    for registry in registries:
        found += checks.of_registry(package, registry, os.environ.get(registry.token_variable, "").strip())
    if shutil.which("node") is None or not CLIENTS.exists():
        found.append(f"vsce and ovsx are not installed: run `npm ci` in {CLIENTS.parent} (Node 22 or newer)")
    return found


def _is_served(package: Package, registry: Registry) -> bool:
    """A registry that does not answer now may answer the next time."""
    try:
        return registry.serves(package.publisher, package.name, package.version)
    except (urllib.error.HTTPError, OSError, ValueError, LookupError):
        return False


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-20:])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Publish an extension to the VS Marketplace and to Open VSX."
    )
    parser.add_argument("package", type=Path, metavar="PACKAGE", help="the .vsix file")
    parser.add_argument("--dry-run", action="store_true", help="upload to recorders on this machine")
    parser.add_argument(
        "--pretend", choices=recorder.PRETENCES, default="well", help="what the recorders do (with --dry-run)"
    )
    parser.add_argument(
        "--wait-seconds", type=float, default=1800, help="how long a registry may take to serve the version"
    )
    parser.add_argument(
        "--poll-seconds", type=float, default=POLL_SECONDS, help="between two questions whether it does"
    )
    parser.add_argument("--upload-seconds", type=float, default=300, help="how long an upload may take")
    return parser


if __name__ == "__main__":
    sys.exit(main())

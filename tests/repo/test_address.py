"""The address of the project stands in the extension's manifest and in the linter; everything else is made from it."""

import json
import subprocess
from pathlib import Path

from weft.cli.address import REPOSITORY

ROOT = Path(__file__).parents[2]
MANIFEST = "editors/vscode/package.json"
LINTER = "dsl/weft/cli/address.py"


def test_the_address_of_the_repository_is_one():
    url = json.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))["repository"]["url"]
    owner_and_name = url.removeprefix("https://github.com/").removesuffix(".git")
    assert url == f"https://github.com/{owner_and_name}.git"
    command = ["git", "grep", "-I", "--files-with-matches", "--fixed-strings", owner_and_name]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found.splitlines() == [LINTER, MANIFEST]
    assert url == f"{REPOSITORY}.git"

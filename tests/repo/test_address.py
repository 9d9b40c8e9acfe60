"""The address of the project stands in one file; everything else is made from it."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MANIFEST = "editors/vscode/package.json"


def test_the_address_of_the_repository_stands_in_one_place():
    url = json.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))["repository"]["url"]
    owner_and_name = url.removeprefix("https://github.com/").removesuffix(".git")
    assert url == f"https://github.com/{owner_and_name}.git"
    command = ["git", "grep", "-I", "--files-with-matches", "--fixed-strings", owner_and_name]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found.splitlines() == [MANIFEST]

"""Where the pages of this version are, for what is read far from its installation, such as SARIF.

The address is that of editors/vscode/package.json, which a publication checks; a test compares the two.
"""

from weft import __version__

REPOSITORY = "https://github.com/weft-lang/weft"


def page(path: str) -> str:
    """The address of a file of the repository, as it is in this version."""
    return f"{REPOSITORY}/blob/v{__version__}/{path}"

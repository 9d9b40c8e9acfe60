"""The start of a session, the folders of the workspace, and files that change on disk."""

import os
from collections.abc import Iterable

from lsprotocol import types
from pygls import uris
from pygls.capabilities import get_capability

from weft_lsp.lsp import diagnostics, lifecycle, settings
from weft_lsp.lsp.configuration import FILES
from weft_lsp.lsp.language_server import Server


def on_initialize(ls: Server, params: types.InitializeParams) -> None:
    ls.documents.encoding = types.PositionEncodingKind(ls.workspace.position_encoding).value
    ls.pulls_diagnostics = get_capability(params.capabilities, "text_document.diagnostic") is not None
    watching = "workspace.did_change_watched_files.dynamic_registration"
    ls.watches_files = bool(get_capability(params.capabilities, watching))
    ls.set_roots(_roots(ls))
    settings.on_initialize(ls, params)
    lifecycle.end_with(ls, params.process_id)


def on_initialized(ls: Server, params: types.InitializedParams) -> None:
    """Ask to be told when a Python file or a configuration changes on disk: open files may depend on it."""
    if ls.watches_files:
        watchers = [types.FileSystemWatcher(glob_pattern=f"**/{name}") for name in ("*.py", *FILES)]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        ls.client_register_capability(types.RegistrationParams([types.Registration(method, method, options)]))
    settings.on_initialized(ls)
    ls.background.start()


def on_change_folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    ls.set_roots(_roots(ls))
    diagnostics.refresh(ls)
    ls.background.restart()


def on_change_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    ls.configurations.forget()
    paths = _paths(change.uri for change in params.changes)
    for path in paths:
        ls.project.forget(path)
        ls.files.changed(path)
    ls.documents.forget_models()
    diagnostics.refresh(ls)
    if any(os.path.basename(path) in FILES for path in paths):
        ls.background.restart()
    for path in paths:
        ls.background.changed(path)


def _roots(ls: Server) -> list[str]:
    folders = list(ls.workspace.folders) or [ls.workspace.root_uri or ""]
    return _paths(folders)


def _paths(documents: Iterable[str]) -> list[str]:
    return [path for uri in documents if (path := uris.to_fs_path(uri))]

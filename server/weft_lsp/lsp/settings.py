"""The settings of the user: from the initialization, and from the client's configuration when it changes."""

from collections.abc import Mapping
from typing import cast

from lsprotocol import types
from pygls.capabilities import get_capability

from weft_lsp.ide.inlay_hint import HintSettings
from weft_lsp.lsp.language_server import Server

SECTION = "weft"


def on_initialize(ls: Server, params: types.InitializeParams) -> None:
    """`initializationOptions` is the section `weft`, or has it."""
    options = params.initialization_options
    _set(ls, _member(options, SECTION) or options)


def on_initialized(ls: Server) -> None:
    """Ask for the settings, and to be told when they change."""
    if get_capability(ls.client_capabilities, "workspace.did_change_configuration.dynamic_registration"):
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        ls.client_register_capability(types.RegistrationParams([types.Registration(method, method, options)]))
    _ask(ls)


def on_change_configuration(ls: Server, params: types.DidChangeConfigurationParams) -> None:
    if section := _member(params.settings, SECTION):
        _change(ls, section)
    else:
        _ask(ls)


def _ask(ls: Server) -> None:
    if get_capability(ls.client_capabilities, "workspace.configuration"):
        items = [types.ConfigurationItem(section=SECTION)]
        ls.workspace_configuration(
            types.ConfigurationParams(items), lambda answer: _change(ls, answer[0] if answer else None)
        )


def _change(ls: Server, section: object) -> None:
    before = ls.hints
    _set(ls, section)
    refreshes = get_capability(ls.client_capabilities, "workspace.inlay_hint.refresh_support")
    if ls.hints != before and refreshes:
        ls.workspace_inlay_hint_refresh(None)


def _set(ls: Server, section: object) -> None:
    """What is not said, or is no truth value, stays as it is."""
    hints = _member(section, "inlayHints")
    shows_types, shows_guards = _member(hints, "types"), _member(hints, "guards")
    ls.hints = HintSettings(
        types=shows_types if isinstance(shows_types, bool) else ls.hints.types,
        guards=shows_guards if isinstance(shows_guards, bool) else ls.hints.guards,
    )


def _member(value: object, name: str) -> object:
    """A member of a JSON object, whichever way pygls has read it."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)

"""The settings of the user: from the initialization, and from the client's configuration when it changes."""

from collections.abc import Mapping
from typing import cast

from lsprotocol import types
from pygls.capabilities import get_capability

from weft_lsp.ide.code_lens import LensSettings
from weft_lsp.ide.inlay_hint import HintSettings
from weft_lsp.lsp import diagnostics
from weft_lsp.lsp.language_server import Mode, Server, Settings

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
    before = ls.settings
    _set(ls, section)
    is_other_mode = ls.settings.python != before.python
    if is_other_mode:
        diagnostics.refresh(ls)
    if is_other_mode or ls.settings.workspace_findings != before.workspace_findings:
        ls.background.restart()
    if (is_other_mode or ls.settings.hints != before.hints) and _refreshes(ls, "inlay_hint"):
        ls.workspace_inlay_hint_refresh(None)
    if ls.settings.lenses != before.lenses and _refreshes(ls, "code_lens"):
        ls.workspace_code_lens_refresh(None)


def _refreshes(ls: Server, what: str) -> bool:
    return bool(get_capability(ls.client_capabilities, f"workspace.{what}.refresh_support"))


def _set(ls: Server, section: object) -> None:
    """What is not said, or is no value of its kind, stays as it is."""
    hints, lenses = _member(section, "inlayHints"), _member(section, "codeLens")
    now = ls.settings
    ls.settings = Settings(
        hints=HintSettings(
            types=_switch(hints, "types", now.hints.types),
            guards=_switch(hints, "guards", now.hints.guards),
            parameter_names=_switch(hints, "parameterNames", now.hints.parameter_names),
            geometry=_switch(hints, "geometry", now.hints.geometry),
        ),
        lenses=LensSettings(
            references=_switch(lenses, "references", now.lenses.references),
            run=_switch(lenses, "run", now.lenses.run),
            resources=_switch(lenses, "resources", now.lenses.resources),
        ),
        snippets=_switch(section, "snippets", now.snippets),
        hover_images=_switch(section, "hoverImages", now.hover_images),
        manual=_address(_member(section, "manual"), now.manual),
        workspace_findings=_switch(section, "workspaceFindings", now.workspace_findings),
        python=_mode(_member(section, "python"), now.python),
    )


def _address(value: object, before: str) -> str:
    is_address = isinstance(value, str) and (
        not value or value.startswith(("https://", "http://", "file://"))
    )
    return value.rstrip("/") if isinstance(value, str) and is_address else before


def _mode(value: object, before: Mode | None) -> Mode | None:
    return "complement" if value == "complement" else "full" if value == "full" else before


def _switch(section: object, name: str, before: bool) -> bool:
    value = _member(section, name)
    return value if isinstance(value, bool) else before


def _member(value: object, name: str) -> object:
    """A member of a JSON object, whichever way pygls has read it."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)

// Whether another extension answers for all of Python here. Nothing in this file knows of VS Code.

/** What `weft.python` of the server may be. */
export type Mode = 'complement' | 'full';

/** An extension with a language server for Python, and the setting that switches that server off. */
interface Neighbour {
  id: string;
  setting: string;
  off: unknown;
}

const NEIGHBOURS: readonly Neighbour[] = [
  // Starts Pylance or, where there is none, Jedi.
  { id: 'ms-python.python', setting: 'python.languageServer', off: 'None' },
  { id: 'detachhead.basedpyright', setting: 'basedpyright.disableLanguageServices', off: true },
  { id: 'ms-pyright.pyright', setting: 'pyright.disableLanguageServices', off: true },
  { id: 'anysphere.cursorpyright', setting: 'cursorpyright.disableLanguageServices', off: true },
  { id: 'astral-sh.ty', setting: 'ty.disableLanguageServices', off: true },
  { id: 'meta.pyrefly', setting: 'python.pyrefly.disableLanguageServices', off: true },
];

export const NEIGHBOUR_SETTINGS = NEIGHBOURS.map(({ setting }) => setting);

export interface Editor {
  /** Whether the others can read Weft's sources: they look into the environment alone, not into our bundle. */
  isWeftInstalled: boolean;
  hasExtension(id: string): boolean;
  setting(name: string): unknown;
}

/** `wish`: the user's `weft.python`; anything but a mode leaves the choice to what is installed. */
export function modeBeside(wish: unknown, editor: Editor): Mode {
  if (wish === 'complement' || wish === 'full') return wish;
  if (!editor.isWeftInstalled) return 'full';
  const isOn = ({ id, setting, off }: Neighbour) => editor.hasExtension(id) && editor.setting(setting) !== off;
  return NEIGHBOURS.some(isOn) ? 'complement' : 'full';
}

// The Layout view: a picture of the layout or tensor at the cursor, which follows the cursor.

import * as vscode from 'vscode';

import { Panel } from './panel.ts';

const REST_MILLISECONDS = 120;

/** As `weft/layout` answers. */
interface Picture {
  title: string;
  svg: string;
  threads_svg: string;
  note: string;
}

type Ask = (uri: vscode.Uri, position: vscode.Position) => Promise<Picture | undefined>;

export class LayoutView implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #ask: Ask;
  readonly #listening: vscode.Disposable;
  #panel: Panel<Picture, 'ready'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #shown: Picture | undefined;

  constructor(extension: vscode.Uri, ask: Ask) {
    this.#extension = extension;
    this.#ask = ask;
    this.#listening = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorSelection(() => this.#soon()),
      vscode.workspace.onDidChangeTextDocument(() => this.#soon()),
    );
  }

  show(): void {
    if (this.#panel) {
      this.#panel.reveal();
    } else {
      this.#panel = new Panel(this.#extension, 'layout', 'Weft: Layout', () => this.#send());
      this.#panel.onDidDispose(() => {
        this.#panel = undefined;
        this.#shown = undefined;
      });
    }
    this.#soon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
    this.#panel?.dispose();
  }

  #soon(): void {
    if (!this.#panel) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#update(), REST_MILLISECONDS);
  }

  /** Where there is nothing to draw the last picture stays: the cursor is on its way. */
  async #update(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== 'python') return;
    const found = await this.#ask(editor.document.uri, editor.selection.active);
    if (found) this.#shown = found;
    this.#send();
  }

  #send(): void {
    const nothing = { title: 'Layout', svg: '', threads_svg: '', note: 'Put the cursor on a layout or a tensor.' };
    this.#panel?.send(this.#shown ?? nothing);
  }
}

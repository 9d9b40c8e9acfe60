// The Stages view: what the kernel at the cursor becomes, beside its source, with the lines linked both ways.

import * as path from 'node:path';

import * as vscode from 'vscode';

import { type Answer, inspect } from '../inspection.ts';
import type { Command } from '../interpreter.ts';
import { ofCell, textOfCells } from '../notebookText.ts';
import { Panel } from './panel.ts';

type Shown =
  | { kind: 'busy'; target: string }
  | { kind: 'answer'; answer: Answer; stage: string; target: string }
  | { kind: 'line'; line: number };
type Said = { kind: 'ready' } | { kind: 'line'; line: number } | { kind: 'target'; target: string } | { kind: 'cancel' };

/** Undefined where there is no Python that may run what the workspace brings. */
type FindPython = () => Command | undefined;

const NO_PYTHON =
  "The stages are compiled with your project's own Python, and none may run here. " +
  'Trust the workspace, or choose a Python 3.11 or newer.';

export class StagesView implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #python: FindPython;
  readonly #linked: vscode.TextEditorDecorationType;
  readonly #listening: vscode.Disposable;
  #panel: Panel<Shown, Said> | undefined;
  #source: { uri: vscode.Uri; kernel: string } | undefined;
  #target = 'cpu';
  #stage = '';
  #last: Shown | undefined;
  #running: AbortController | undefined;

  constructor(extension: vscode.Uri, python: FindPython) {
    this.#extension = extension;
    this.#python = python;
    this.#linked = vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('editor.selectionHighlightBackground'),
    });
    this.#listening = vscode.Disposable.from(
      this.#linked,
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#follow(textEditor)),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (this.#panel && document.uri.toString() === this.#source?.uri.toString()) void this.#make();
      }),
      vscode.workspace.onDidSaveNotebookDocument((notebook) => {
        if (this.#panel && this.#source && notebook === notebookOf(this.#source.uri)) void this.#make();
      }),
    );
  }

  /** Of the kernel at the cursor. `stage`: the one in front. */
  show({ document, selection }: vscode.TextEditor, stage: string): void {
    this.#source = { uri: document.uri, kernel: String(selection.active.line + 1) };
    this.#stage = stage;
    if (this.#panel) this.#panel.reveal();
    else this.#open();
    void this.#make();
  }

  dispose(): void {
    this.#running?.abort();
    this.#listening.dispose();
    this.#panel?.dispose();
  }

  #open(): void {
    this.#panel = new Panel(this.#extension, 'stages', 'Weft: Stages', (said) => this.#heard(said));
    this.#panel.onDidDispose(() => {
      this.#running?.abort();
      this.#panel = undefined;
      this.#mark(undefined);
    });
  }

  #heard(said: Said): void {
    if (said.kind === 'ready' && this.#last) this.#panel?.send(this.#last);
    if (said.kind === 'line') this.#mark(said.line);
    if (said.kind === 'cancel') this.#running?.abort();
    if (said.kind === 'target') {
      this.#target = said.target;
      void this.#make();
    }
  }

  /** The newest wish wins: what is still being made is thrown away. */
  async #make(): Promise<void> {
    const source = this.#source;
    if (!source) return;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#send({ kind: 'busy', target: this.#target });
    const answer = (await this.#ask(source, running.signal)) ?? { trouble: 'Cancelled. Save the file to make them again.' };
    if (this.#running !== running) return;
    if ('inspection' in answer) source.kernel = answer.inspection.kernel;
    this.#send({ kind: 'answer', answer, stage: this.#stage, target: this.#target });
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === source.uri.toString());
    if (editor) this.#follow(editor);
  }

  async #ask({ uri, kernel }: { uri: vscode.Uri; kernel: string }, signal: AbortSignal): Promise<Answer | undefined> {
    const python = this.#python();
    if (!python) return { trouble: NO_PYTHON };
    const question = { path: uri.fsPath, kernel, target: this.#target };
    const [cells, directory] = [pythonCells(uri), path.dirname(uri.fsPath)];
    if (cells.length === 0) {
      const text = (await vscode.workspace.openTextDocument(uri)).getText();
      return inspect(python, { ...question, text }, directory, signal);
    }
    const asked = cells.findIndex((cell) => cell.uri.toString() === uri.toString());
    const cell = textOfCells(cells.map((each) => each.getText()), asked);
    const place = /^\d+$/.test(kernel) ? String(cell.first + Number(kernel)) : kernel;
    const answer = await inspect(python, { ...question, kernel: place, text: cell.text }, directory, signal);
    return answer && 'inspection' in answer ? { inspection: ofCell(answer.inspection, cell) } : answer;
  }

  #send(shown: Shown): void {
    if (shown.kind !== 'line') this.#last = shown;
    this.#panel?.send(shown);
  }

  #follow({ document, selection }: vscode.TextEditor): void {
    if (!this.#panel || document.uri.toString() !== this.#source?.uri.toString()) return;
    this.#mark(undefined);
    this.#send({ kind: 'line', line: selection.active.line + 1 });
  }

  /** Show a line of the source, which counts from 1. */
  #mark(line: number | undefined): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() !== this.#source?.uri.toString()) continue;
      const range = line === undefined ? undefined : new vscode.Range(line - 1, 0, line - 1, 0);
      editor.setDecorations(this.#linked, range ? [range] : []);
      if (range) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }
}

function notebookOf(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  const isOf = ({ document }: vscode.NotebookCell) => document.uri.toString() === uri.toString();
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.getCells().some(isOf));
}

/** Of the notebook that a cell is of; none for a file. */
function pythonCells(uri: vscode.Uri): vscode.TextDocument[] {
  const documents = notebookOf(uri)?.getCells().map(({ document }) => document) ?? [];
  return documents.filter(({ languageId }) => languageId === 'python');
}

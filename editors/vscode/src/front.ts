// The Python file that a command is about: the one in front, or the one that was in front of a page such as the walkthrough.

import * as vscode from 'vscode';

export class Front implements vscode.Disposable {
  readonly #listening: vscode.Disposable;
  #last: vscode.TextEditor | undefined;

  constructor() {
    this.#last = pythonIn(vscode.window.activeTextEditor);
    this.#listening = vscode.window.onDidChangeActiveTextEditor((editor) => {
      this.#last = pythonIn(editor) ?? this.#last;
    });
  }

  /** In front from now on. Undefined if no Python file is open; the user was told then, and offered one. */
  async editor(): Promise<vscode.TextEditor | undefined> {
    const active = pythonIn(vscode.window.activeTextEditor);
    if (active) return active;
    const document = this.#last?.document.isClosed === false ? this.#last.document : vscode.workspace.textDocuments.find(isPython);
    if (document) return vscode.window.showTextDocument(document, this.#last?.viewColumn);
    const newKernel = 'New Kernel';
    const shown = vscode.window.showInformationMessage('Open a Python file with a kernel first.', newKernel);
    void shown.then((chosen) => chosen && vscode.commands.executeCommand('weft.newKernel'));
    return undefined;
  }

  dispose(): void {
    this.#listening.dispose();
  }
}

function pythonIn(editor: vscode.TextEditor | undefined): vscode.TextEditor | undefined {
  return editor && isPython(editor.document) ? editor : undefined;
}

/** A document of the other side of a diff is no file to run. */
function isPython({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === 'python' && ['file', 'untitled', 'vscode-notebook-cell'].includes(uri.scheme);
}

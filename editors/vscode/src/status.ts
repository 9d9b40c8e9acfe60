// The language status item: what runs, where from, and what can be compiled.

import * as vscode from 'vscode';

import type { Environment, Server } from './environment.ts';
import type { Interpreter } from './interpreter.ts';

export class Status implements vscode.Disposable {
  readonly #item: vscode.LanguageStatusItem;
  readonly #version: string;

  constructor(version: string) {
    this.#version = version;
    this.#item = vscode.languages.createLanguageStatusItem('weft.status', { language: 'python' });
    this.#item.name = 'Weft';
    this.#item.command = { command: 'weft.showLog', title: 'Log' };
  }

  starting(): void {
    this.#show(`Weft ${this.#version}`, 'starting', vscode.LanguageStatusSeverity.Information, true);
  }

  /** `compiles`: for what, or why for nothing. */
  running(interpreter: Interpreter, server: Server, compiles: string): void {
    const text = server.isBundled ? `Weft ${server.version}` : `Weft ${server.version} of the environment`;
    this.#show(text, `${compiles}, ${origin(interpreter)}`, vscode.LanguageStatusSeverity.Information, false);
  }

  failed(reason: string): void {
    this.#show(`Weft ${this.#version} is not running`, reason, vscode.LanguageStatusSeverity.Error, false);
  }

  dispose(): void {
    this.#item.dispose();
  }

  #show(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.severity = severity;
    this.#item.busy = busy;
  }
}

/** Short, since the item has one line; the log has the path. */
function origin({ source, version }: Interpreter): string {
  return `Python ${version.join('.')} from ${source}`;
}

export function place(interpreter: Interpreter): string {
  return `${origin(interpreter)}: ${interpreter.command.join(' ')}`;
}

export function backEnds({ weft, backEnds: found }: Environment): string {
  if (!weft) return 'no weft to run kernels with';
  return found.length ? `for ${found.join(' and ')}` : `weft ${weft} without a back end`;
}

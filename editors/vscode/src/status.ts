// The language status item: what runs, and where from.

import * as vscode from 'vscode';

import type { Interpreter } from './interpreter.ts';

export class Status implements vscode.Disposable {
  readonly #item: vscode.LanguageStatusItem;
  readonly #version: string;

  constructor(version: string) {
    this.#version = version;
    this.#item = vscode.languages.createLanguageStatusItem('weft.status', { language: 'python' });
    this.#item.name = 'Weft';
    this.#item.command = { command: 'weft.showLog', title: 'Show Log' };
  }

  starting(): void {
    this.#show(`Weft ${this.#version}`, 'starting', vscode.LanguageStatusSeverity.Information, true);
  }

  running({ command, source, version }: Interpreter): void {
    const detail = `on Python ${version.join('.')} from ${source}: ${command.join(' ')}`;
    this.#show(`Weft ${this.#version}`, detail, vscode.LanguageStatusSeverity.Information, false);
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

// What VS Code calls: starts the server, and starts it again when what it runs on changes.

import * as vscode from 'vscode';

import { Session } from './client.ts';
import { describeFailure, findInterpreter, type Interpreter, type Search } from './interpreter.ts';
import { thisSystem } from './python.ts';
import { chosenInterpreter, onDidChangeChoice } from './pythonExtension.ts';
import { Status } from './status.ts';

const SETTING = 'weft.interpreter';
let running: Weft | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const weft = new Weft(context);
  running = weft;
  context.subscriptions.push(
    weft.log,
    weft.status,
    vscode.commands.registerCommand('weft.restart', () => weft.restart()),
    vscode.commands.registerCommand('weft.showLog', () => weft.log.show()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) void weft.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => weft.restartIfChanged()),
  );
  await weft.restart();
  const listening = await onDidChangeChoice(() => void weft.restartIfChanged());
  if (listening) context.subscriptions.push(listening);
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}

class Weft {
  readonly log = vscode.window.createOutputChannel('Weft');
  readonly status: Status;
  readonly #directory: string;
  #session: Session | undefined;
  #interpreter: Interpreter | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext) {
    this.#directory = context.extensionPath;
    this.status = new Status(String((context.extension.packageJSON as { version: unknown }).version));
  }

  restart(): Promise<void> {
    return this.#inTurn(async () => this.#start(await this.#search()));
  }

  /** After a choice elsewhere, which need not concern us. */
  restartIfChanged(): Promise<void> {
    return this.#inTurn(async () => {
      const search = await this.#search();
      if (String(search.found?.command) !== String(this.#interpreter?.command)) await this.#start(search);
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => this.#session?.stop());
  }

  /** One start or stop at a time, in the order in which they were asked for. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error: unknown) => this.log.appendLine(String(error)));
    return this.#turn;
  }

  async #search(): Promise<Search> {
    const wishes = {
      setting: vscode.workspace.getConfiguration().get(SETTING, '').trim(),
      chosen: await chosenInterpreter(),
      folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      isTrusted: vscode.workspace.isTrusted,
    };
    return findInterpreter(wishes, thisSystem(this.#directory));
  }

  async #start(search: Search): Promise<void> {
    await this.#session?.stop();
    this.#session = undefined;
    this.#interpreter = search.found;
    if (!search.found) {
      this.#failed(describeFailure(search.rejected), { 'Open Settings': openSetting, 'Get Python': getPython });
      return;
    }
    const interpreter = search.found;
    this.log.appendLine(`The server runs on ${interpreter.command.join(' ')} (from ${interpreter.source})`);
    this.#session = new Session(interpreter, this.#directory, this.log, {
      starting: () => this.status.starting(),
      running: () => this.status.running(interpreter),
      ended: (reason) => this.#failed(reason, { Restart: () => this.restart(), 'Show Log': () => this.log.show() }),
    });
    await this.#session.start();
  }

  #failed(reason: string, actions: Record<string, () => unknown>): void {
    this.status.failed(reason);
    this.log.appendLine(reason);
    const shown = vscode.window.showErrorMessage(reason, ...Object.keys(actions));
    void shown.then((choice) => choice && actions[choice]?.());
  }
}

function openSetting(): unknown {
  return vscode.commands.executeCommand('workbench.action.openSettings', SETTING);
}

function getPython(): unknown {
  return vscode.env.openExternal(vscode.Uri.parse('https://www.python.org/downloads/'));
}

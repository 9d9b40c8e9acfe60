// What VS Code calls: starts the server, and starts it again when what it runs on changes.

import { join } from 'node:path';

import * as vscode from 'vscode';

import { Session } from './client.ts';
import { checkTasks, newKernel, reportIssue, type Runner, runKernel, showReferences } from './commands.ts';
import { chooseServer, type Environment, NOTHING, type Server } from './environment.ts';
import { Front } from './front.ts';
import { type Command, describeFailure, findInterpreter, type Interpreter, type Search } from './interpreter.ts';
import { environmentOf, ISOLATED, thisSystem } from './python.ts';
import { chosenInterpreter, onDidChangeChoice } from './pythonExtension.ts';
import { backEnds, place, Status } from './status.ts';
import { LayoutView } from './views/layoutView.ts';
import { StagesView } from './views/stagesView.ts';

const SETTING = 'weft.interpreter';
let running: Weft | undefined;

/** The part of package.json that is used. */
interface Manifest {
  version: string;
  /** The one place where the address of the project stands. */
  repository: { url: string };
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const weft = new Weft(context);
  running = weft;
  const layouts = new LayoutView(context.extensionUri, (uri, position) =>
    weft.ask('weft/layout', { textDocument: { uri: uri.toString() }, position }),
  );
  const stages = new StagesView(context.extensionUri, () => weft.python);
  const front = new Front();
  /** With the Python file in front, if there is one. */
  const ofFile = (act: (editor: vscode.TextEditor) => unknown) => async () => {
    const editor = await front.editor();
    return editor && act(editor);
  };
  const { registerCommand } = vscode.commands;
  context.subscriptions.push(
    weft.log,
    weft.status,
    layouts,
    stages,
    front,
    registerCommand('weft.restart', () => weft.restart()),
    registerCommand('weft.showLog', () => weft.log.show()),
    registerCommand('weft.showLayout', ofFile(() => layouts.show())),
    registerCommand('weft.showStages', ofFile((editor) => stages.show(editor, ''))),
    registerCommand('weft.showModel', ofFile((editor) => stages.show(editor, 'model'))),
    registerCommand('weft.getStarted', () => getStarted(context.extension.id)),
    registerCommand('weft.newKernel', () => newKernel(context.extensionUri)),
    registerCommand('weft.reportIssue', () => reportIssue(weft.tracker, weft.facts())),
    registerCommand('weft.runKernel', (uri?: string) =>
      uri ? runKernel(weft.runner, vscode.Uri.parse(uri)) : ofFile(({ document }) => runKernel(weft.runner, document.uri))(),
    ),
    registerCommand('weft.showReferences', showReferences),
    vscode.tasks.registerTaskProvider('weft', { provideTasks: () => checkTasks(weft.python), resolveTask: () => undefined }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) void weft.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => weft.restart()),
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
  readonly manifest: Manifest;
  readonly status: Status;
  readonly #directory: string;
  #session: Session | undefined;
  #interpreter: Interpreter | undefined;
  #environment: Environment = NOTHING;
  #turn: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext) {
    this.#directory = context.extensionPath;
    this.manifest = context.extension.packageJSON as Manifest;
    this.status = new Status(this.manifest.version);
  }

  /** The page of a new issue. */
  get tracker(): string {
    return `${this.manifest.repository.url.replace(/\.git$/, '')}/issues/new`;
  }

  /** The Python that may run what the workspace brings. */
  get python(): Command | undefined {
    return vscode.workspace.isTrusted ? this.#interpreter?.command : undefined;
  }

  get runner(): Runner {
    return { command: this.python, hasWeft: this.#environment.weft !== undefined };
  }

  async ask<T>(method: string, params: unknown): Promise<T | undefined> {
    return this.#session?.ask<T>(method, params);
  }

  /** For a report: no path, no text of the user's. */
  facts(): string[] {
    const { version, source } = this.#interpreter ?? { version: ['none'], source: 'nowhere' };
    return [
      `Weft ${this.manifest.version}; in the environment: ${this.#environment.weft ?? 'none'} (${backEnds(this.#environment)})`,
      `Python ${version.join('.')} from ${source}`,
      `${vscode.env.appName} ${vscode.version}, ${process.platform} ${process.arch}${vscode.env.remoteName ? `, ${vscode.env.remoteName}` : ''}`,
    ];
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
    this.#environment = this.python ? await environmentOf(this.python, this.#directory) : NOTHING;
    const compiles = this.python ? backEnds(this.#environment) : 'not trusted: nothing is run';
    const server = chooseServer(this.#bundled(), this.#environment);
    this.log.appendLine(`The ${server.isBundled ? "extension's own" : "environment's"} server ${server.version} runs on ${place(interpreter)}`);
    const setup = { interpreter, server, directory: join(this.#directory, 'bundled'), isWeftInstalled: this.#environment.weft !== undefined };
    this.#session = new Session(setup, this.log, {
      starting: () => this.status.starting(),
      running: () => this.status.running(interpreter, server, compiles),
      ended: (reason) => this.#failed(reason, { Restart: () => this.restart(), 'Show Log': () => this.log.show() }),
    });
    await this.#session.start();
  }

  #bundled(): Server {
    const script = join(this.#directory, 'bundled', 'run_server.py');
    return { arguments: [...ISOLATED, script], version: this.manifest.version, isBundled: true };
  }

  #failed(reason: string, actions: Record<string, () => unknown>): void {
    this.status.failed(reason);
    this.log.appendLine(reason);
    const shown = vscode.window.showErrorMessage(reason, ...Object.keys(actions));
    void shown.then((choice) => choice && actions[choice]?.());
  }
}

function getStarted(extension: string): unknown {
  return vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension}#start`, false);
}

/** A setting of the machine: in a remote window that is the other one. */
function openSetting(): unknown {
  const command = vscode.env.remoteName ? 'workbench.action.openRemoteSettings' : 'workbench.action.openSettings';
  return vscode.commands.executeCommand(command, { query: SETTING });
}

function getPython(): unknown {
  return vscode.env.openExternal(vscode.Uri.parse('https://www.python.org/downloads/'));
}

// One run of the language client: from the start of a server to its end, with the restarts between.

import { type ChildProcess, spawn } from 'node:child_process';

import * as vscode from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from 'vscode-languageclient/node';

import type { Server } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { LastLines } from './lastLines.ts';
import { type Mode, modeBeside, NEIGHBOUR_SETTINGS } from './neighbours.ts';
import { ENDED_AT_START, Restarts } from './restarts.ts';

const STOP_MILLISECONDS = 2000;

/** What a server is started with. */
export interface Setup {
  interpreter: Interpreter;
  server: Server;
  /** Where it is started: a folder without anything of the user's. */
  directory: string;
  /** In the user's environment. */
  isWeftInstalled: boolean;
}

export interface Events {
  starting(): void;
  running(): void;
  /** The server is not started again. */
  ended(reason: string): void;
}

/** Files, unsaved text and the cells of notebooks. Not the other side of a diff. */
const SELECTOR = [
  ...['file', 'untitled'].map((scheme) => ({ scheme, language: 'python' })),
  { notebook: '*', language: 'python' },
];
const SECTION = 'weft';

/** Writes its complaints to the log; what the user must be told, the session tells, once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Session {
  readonly #client: LanguageClient;
  readonly #said = new LastLines();
  readonly #restarts = new Restarts();
  readonly #events: Events;
  readonly #listening: vscode.Disposable;
  readonly #isWeftInstalled: boolean;
  #mode: Mode;
  #process: ChildProcess | undefined;
  /** When the process is over and all that it said was read. */
  #silence: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor({ interpreter, server, directory, isWeftInstalled }: Setup, log: vscode.OutputChannel, events: Events) {
    this.#events = events;
    this.#isWeftInstalled = isWeftInstalled;
    this.#mode = currentMode(isWeftInstalled);
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: log,
      initializationOptions: () => settings(this.#mode),
      middleware: {
        workspace: {
          configuration: ({ items }) => items.map(({ section }) => (section === SECTION ? settings(this.#mode) : null)),
        },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.#closed(),
      },
      initializationFailedHandler: () => false,
    };
    const start = () => this.#spawn(interpreter, server, directory);
    this.#client = new QuietClient('weft', 'Weft', start, options);
    this.#client.onDidChangeState(({ newState }) => this.#changed(newState));
    this.#listening = vscode.Disposable.from(
      vscode.extensions.onDidChange(() => this.#lookAround()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (['weft.python', ...NEIGHBOUR_SETTINGS].some((name) => change.affectsConfiguration(name))) this.#lookAround();
      }),
    );
  }

  /** Never raises: a server that cannot start is told through the events. */
  async start(): Promise<void> {
    try {
      await this.#client.start();
    } catch (error) {
      // The first thing that is noticed of a server that died may be a pipe that is closed.
      const reason = error instanceof Error ? error.message : String(error);
      await this.#end((await this.#hasExited()) ? ENDED_AT_START : reason);
    }
  }

  /** The answer to a request of ours; undefined if the server cannot give one now. */
  async ask<T>(method: string, params: unknown): Promise<T | undefined> {
    if (this.#client.state !== State.Running) return undefined;
    return this.#client.sendRequest<T | null>(method, params).then(
      (answer) => answer ?? undefined,
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#listening.dispose();
    await this.#client.dispose(STOP_MILLISECONDS).catch(() => undefined);
    this.#process?.kill('SIGKILL');
  }

  /** Another Python server may have come or gone. */
  #lookAround(): void {
    const mode = currentMode(this.#isWeftInstalled);
    if (mode === this.#mode) return;
    this.#mode = mode;
    if (this.#client.state !== State.Running) return;
    void this.#client.sendNotification('workspace/didChangeConfiguration', { settings: { [SECTION]: settings(mode) } });
  }

  /** Whether the process ran and is over; it is given a moment to be, and to say why. */
  async #hasExited(): Promise<boolean> {
    const server = this.#process;
    if (server?.pid === undefined) return false;
    await Promise.race([this.#silence, new Promise((resolve) => setTimeout(resolve, STOP_MILLISECONDS).unref())]);
    return server.exitCode !== null || server.signalCode !== null;
  }

  #spawn({ command }: Interpreter, { arguments: rest }: Server, directory: string): Promise<ChildProcess> {
    const [program, ...first] = command;
    this.#said.clear();
    const server = spawn(program, [...first, ...rest], {
      cwd: directory,
      windowsHide: true,
    });
    this.#process = server;
    this.#silence = new Promise((resolve) => server.once('close', () => resolve()));
    server.stderr.on('data', (data: Buffer) => this.#said.add(data.toString()));
    return new Promise((resolve, reject) => {
      server.once('spawn', () => resolve(server));
      server.once('error', reject);
    });
  }

  #changed(state: State): void {
    if (state === State.Starting) this.#events.starting();
    if (state !== State.Running) return;
    this.#restarts.running();
    this.#events.running();
  }

  #closed(): CloseHandlerResult {
    const { restart, reason } = this.#restarts.ended(Date.now() / 1000);
    if (restart) return { action: CloseAction.Restart, handled: true };
    void this.#end(reason);
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  async #end(reason: string): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    await this.#hasExited();
    const said = this.#said.last();
    this.#events.ended(said ? `${reason} Its last words: ${said}` : reason);
  }
}

function currentMode(isWeftInstalled: boolean): Mode {
  const configuration = vscode.workspace.getConfiguration();
  return modeBeside(configuration.get('weft.python'), {
    isWeftInstalled,
    hasExtension: (id) => vscode.extensions.getExtension(id) !== undefined,
    setting: (name) => configuration.get(name),
  });
}

/** What the server is told of the section `weft`: `auto` is our own word, which it does not know. */
function settings(mode: Mode): Record<string, unknown> {
  return { ...vscode.workspace.getConfiguration().get<Record<string, unknown>>(SECTION), python: mode };
}

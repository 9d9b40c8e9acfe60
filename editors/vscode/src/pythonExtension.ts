// The interpreter chosen in Microsoft's Python extension, if that extension is there.

import * as vscode from 'vscode';

const ID = 'ms-python.python';
const WAIT_MILLISECONDS = 5000;

/** The part of that extension's interface that is used. */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

export async function chosenInterpreter(): Promise<string | undefined> {
  return withinTime(async () => {
    const environments = (await extension())?.environments;
    if (!environments) return undefined;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    return resolved?.executable.uri?.fsPath;
  });
}

/** Nothing happens if that extension is not there. */
export async function onDidChangeChoice(listener: () => void): Promise<vscode.Disposable | undefined> {
  return withinTime(async () => (await extension())?.environments.onDidChangeActiveEnvironmentPath(listener));
}

async function extension(): Promise<PythonExtension | undefined> {
  const found = vscode.extensions.getExtension<PythonExtension | undefined>(ID);
  const api = await found?.activate();
  return api?.environments ? api : undefined;
}

/** Another extension's fault or slowness is no reason for Weft not to start. */
async function withinTime<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), WAIT_MILLISECONDS);
  });
  try {
    return await Promise.race([ask().catch(() => undefined), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

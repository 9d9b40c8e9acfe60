// The commands that need no more than a Python and the editor.

import * as vscode from 'vscode';

import { lacks, weftCommand } from './environment.ts';
import type { Command } from './interpreter.ts';

interface Template {
  label: string;
  description: string;
  snippet: string;
  dims: string;
  /** What launches it, so that the file can be run as it is. */
  launch: readonly string[];
}

const TEMPLATES: readonly Template[] = [
  {
    label: 'One thread for each element',
    description: 'the compiler chooses grid and block',
    snippet: 'Weft: kernel',
    dims: 'N',
    launch: ['x = np.arange(8, dtype=np.float32)', 'y = np.empty_like(x)', '${1:name}(x, y)', 'print(y)'],
  },
  {
    label: 'Tiles in shared memory',
    description: 'a block loads a tile, its threads read each other',
    snippet: 'Weft: kernel over tiles',
    dims: 'M, N',
    launch: ['a = np.arange(12, dtype=np.float32).reshape(3, 4)', 'b = np.empty((4, 3), np.float32)', '${1:name}(a, b)', 'print(b)'],
  },
];

/** A new file with the imports and a kernel to fill in. */
export async function newKernel(extension: vscode.Uri): Promise<void> {
  const chosen = await vscode.window.showQuickPick(TEMPLATES, { title: 'Weft: New Kernel', placeHolder: 'What does a thread work on?' });
  if (!chosen) return;
  const file = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, 'snippets', 'python.json'));
  const snippets = JSON.parse(new TextDecoder().decode(file)) as Record<string, { body: string[] }>;
  const body = (snippets[chosen.snippet]?.body ?? []).filter((line) => line !== '$0');
  const imports = ['import numpy as np', 'import weft', `from weft.dims import ${chosen.dims}`];
  const launch = ['', '', 'if __name__ == "__main__":', ...chosen.launch.map((line) => `    ${line}`), ''];
  const document = await vscode.workspace.openTextDocument(await newFile());
  await vscode.languages.setTextDocumentLanguage(document, 'python');
  const editor = await vscode.window.showTextDocument(document);
  await editor.insertSnippet(new vscode.SnippetString([...imports, '', '', ...body, ...launch].join('\n')));
}

/** A name that is free in the workspace, under which the file is saved without a question. */
async function newFile(): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) return vscode.Uri.parse('untitled:kernel.py');
  for (let number = 1; ; number++) {
    const uri = vscode.Uri.joinPath(folder, number === 1 ? 'kernel.py' : `kernel${number}.py`);
    const untitled = vscode.Uri.from({ scheme: 'untitled', path: uri.path });
    const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.toString() === untitled.toString());
    if (!isOpen && !(await isThere(uri))) return untitled;
  }
}

function isThere(uri: vscode.Uri): Thenable<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** What `run` needs to know of the Python that it runs with. */
export interface Runner {
  command: Command | undefined;
  hasWeft: boolean;
}

/** Runs the file of a kernel with `weft run`, which shows errors of kernels at their place. NumPy's arrays run on the CPU. */
export async function runKernel({ command: python, hasWeft }: Runner, uri: vscode.Uri): Promise<void> {
  if (uri.scheme === 'vscode-notebook-cell') {
    void vscode.window.showInformationMessage("A notebook runs its own cells, with its own kernel: press the cell's run button.");
    return;
  }
  if (!python) {
    void vscode.window.showErrorMessage('Weft runs code of trusted workspaces only, with a Python 3.11 or newer.');
    return;
  }
  if (!hasWeft) {
    void vscode.window.showErrorMessage(lacks('weft', python));
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const isNowhere = document.isUntitled && !uri.path.startsWith('/');
  if (isNowhere || (document.isDirty && !(await document.save()))) {
    const save = 'Save As …';
    const chosen = await vscode.window.showInformationMessage('Save the file first: it is run from the disk.', save);
    if (chosen === save) await vscode.commands.executeCommand('workbench.action.files.saveAs');
    return;
  }
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(uri.fsPath));
  const [program, first] = weftCommand(python);
  const run = new vscode.ProcessExecution(program, [...first, 'run', uri.fsPath]);
  const task = new vscode.Task({ type: 'weft', command: 'run' }, folder ?? vscode.TaskScope.Workspace, 'run', 'Weft', run, []);
  task.presentationOptions = { clear: true, echo: false, showReuseMessage: false, reveal: vscode.TaskRevealKind.Always };
  await vscode.tasks.executeTask(task);
}

/** What the server's lens over a kernel asks for. Positions and places arrive as JSON. */
export function showReferences(uri: string, position: vscode.Position, places: readonly { uri: string; range: vscode.Range }[]): unknown {
  const found = places.map(({ uri: file, range: { start, end } }) => {
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    return new vscode.Location(vscode.Uri.parse(file), range);
  });
  const at = new vscode.Position(position.line, position.character);
  return vscode.commands.executeCommand('editor.action.showReferences', vscode.Uri.parse(uri), at, found);
}

/** The tracker's page, with what a maintainer asks for first already written. */
export async function reportIssue(tracker: string, facts: readonly string[]): Promise<void> {
  const body = ['What happened, and what did you expect?', '', '', 'A kernel that shows it:', '', '```python', '', '```', '', ...facts.map((fact) => `- ${fact}`)];
  await vscode.env.clipboard.writeText(body.join('\n'));
  const address = vscode.Uri.parse(tracker).with({ query: `body=${encodeURIComponent(body.join('\n'))}` });
  const open = 'Open the Tracker';
  const chosen = await vscode.window.showInformationMessage('The versions are in the clipboard. Nothing is sent before you send it.', open);
  if (chosen === open) await vscode.env.openExternal(address);
}

/** `weft check` over a folder of the workspace. Its findings become problems where the server does not look at closed files itself. */
export function checkTasks(python: Command | undefined): vscode.Task[] {
  if (!python) return [];
  const [program, first] = weftCommand(python);
  return (vscode.workspace.workspaceFolders ?? []).map((folder) => {
    const run = new vscode.ProcessExecution(program, [...first, 'check', '--format', 'concise', '.'], { cwd: folder.uri.fsPath });
    const matchers = vscode.workspace.getConfiguration('weft', folder).get('workspaceFindings', true) ? [] : ['$weft'];
    const task = new vscode.Task({ type: 'weft', command: 'check' }, folder, 'check', 'Weft', run, matchers);
    task.group = vscode.TaskGroup.Build;
    return task;
  });
}

import { LanguageClient } from 'vscode-languageclient/node';

declare const SERVER: string;

let client: LanguageClient | undefined;

export async function activate(): Promise<void> {
  const run = { command: process.execPath, args: [SERVER, '--stdio'], options: { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } } };
  client = new LanguageClient('basedpyright', 'basedpyright', run, { documentSelector: [{ scheme: 'file', language: 'python' }] });
  await client.start();
}

export const deactivate = (): Promise<void> | undefined => client?.stop();

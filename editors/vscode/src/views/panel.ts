// A panel beside the source, whose page is one script and one style sheet of the extension.

import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

export class Panel<In, Out> implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;

  constructor(extension: vscode.Uri, name: string, title: string, received: (message: Out) => void) {
    const media = vscode.Uri.joinPath(extension, 'media');
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.#panel = vscode.window.createWebviewPanel(`weft.${name}`, title, column, {
      enableScripts: true,
      localResourceRoots: [media],
      retainContextWhenHidden: true,
    });
    this.#panel.iconPath = vscode.Uri.joinPath(extension, 'icon.png');
    this.#panel.webview.onDidReceiveMessage(received);
    this.#panel.webview.html = page(this.#panel.webview, media, name);
  }

  send(message: In): void {
    void this.#panel.webview.postMessage(message);
  }

  reveal(): void {
    this.#panel.reveal(undefined, true);
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  dispose(): void {
    this.#panel.dispose();
  }
}

/** Nothing but our own files; what is shown arrives as messages and is never taken for HTML, but for the pictures of our server. */
function page(webview: vscode.Webview, media: vscode.Uri, name: string): string {
  const nonce = randomBytes(16).toString('hex');
  const at = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${at('view.css')}">
</head>
<body><main id="${name}"></main><script nonce="${nonce}" src="${at(`${name}.js`)}"></script></body>
</html>`;
}

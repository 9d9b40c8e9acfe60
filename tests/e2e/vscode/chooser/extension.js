const { commands, EventEmitter, Uri } = require('vscode');

const [FIRST, OTHER] = require('./interpreters.json');

exports.activate = (context) => {
  const changed = new EventEmitter();
  let path = FIRST;
  const choose = commands.registerCommand('python.chooseOther', () => {
    path = OTHER;
    changed.fire({ path });
  });
  context.subscriptions.push(changed, choose);
  const environments = {
    getActiveEnvironmentPath: () => ({ path }),
    resolveEnvironment: async (environment) => ({ executable: { uri: Uri.file(environment.path) } }),
    onDidChangeActiveEnvironmentPath: changed.event,
  };
  return { environments };
};

// SPDX-License-Identifier: Apache-2.0
// The extension: starts `recipec lsp` and ties two commands to it. All that is known of the language stands in the server.
import * as vscode from "vscode";
import { type Executable, LanguageClient, type LanguageClientOptions, TransportKind } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

interface TestResult {
  passed: number;
  failed: number;
  failures: { recipe: string; title: string; reason: string }[];
}

function server(): Executable {
  const command = vscode.workspace.getConfiguration("recipe").get<string>("path") || "recipec";
  return { command, args: ["lsp"], transport: TransportKind.stdio };
}

function options(output: vscode.LogOutputChannel): LanguageClientOptions {
  const settings = vscode.workspace.getConfiguration("recipe");
  return {
    documentSelector: [{ language: "recipe" }],
    outputChannel: output,
    initializationOptions: { roots: settings.get<string[]>("roots", []), folders: settings.get<string[]>("folders", []) },
    middleware: {
      // The lens's command and ours end here: what failed is written down where it can be read at leisure.
      executeCommand: async (command, args, next) => {
        const result = (await next(command, args)) as TestResult | null;
        if (command === "recipe.runTests" && result) show(output, result);
        return result;
      },
    },
  };
}

function show(output: vscode.LogOutputChannel, result: TestResult): void {
  output.info(`${result.passed} passed, ${result.failed} failed`);
  for (const each of result.failures) output.warn(`${each.recipe}: ${each.title}: ${each.reason}`);
  if (result.failed > 0) output.show(true);
}

async function start(output: vscode.LogOutputChannel): Promise<void> {
  client = new LanguageClient("recipe", "Recipe", server(), options(output));
  try {
    await client.start();
  } catch (error) {
    const open = "Open settings";
    const text = `\`recipec lsp\` could not be started: ${error instanceof Error ? error.message : String(error)}`;
    if ((await vscode.window.showErrorMessage(text, open)) === open)
      await vscode.commands.executeCommand("workbench.action.openSettings", "recipe.path");
  }
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Recipe", { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("recipe.runFileTests", async () => {
      const document = vscode.window.activeTextEditor?.document;
      if (document?.languageId === "recipe") await vscode.commands.executeCommand("recipe.runTests", document.uri.toString());
    }),
    vscode.commands.registerCommand("recipe.restart", async () => {
      await client?.stop();
      await start(output);
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (!change.affectsConfiguration("recipe") || change.affectsConfiguration("recipe.trace")) return;
      await client?.stop();
      await start(output);
    }),
  );
  await start(output);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** Every command with its options, as a call of it loads them. */
import type { Command } from '../../src/cli/command.ts';
import { commandName, commandTable, loadCommand } from '../../src/cli/commands.ts';

export async function allCommands(): Promise<readonly Command[]> {
  const loaded = await Promise.all(commandTable.map(words => loadCommand(commandName(words))));
  return loaded.flatMap(command => (command ? [command] : []));
}

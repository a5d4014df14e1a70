/** `rankfront completion`: what a shell needs to complete commands, options, names of studies and of hardware profiles. */

import { defineCommand } from './command.ts';
import { completionScripts } from './completion-scripts.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

export const completion = defineCommand({
  positionals: { shell: { choices: shells, demandOption: true, describe: 'The shell: bash, zsh or fish' } },
  options: {},
  examples: [
    ['source <(rankfront completion bash)', 'in ~/.bashrc; the same with zsh in ~/.zshrc'],
    ['rankfront completion fish > ~/.config/fish/completions/rankfront.fish', 'for fish'],
  ],
  run: async (args, console) => {
    const shell = shells.find(each => each === args.shell) ?? 'bash';
    console.out(completionScripts[shell]);
    return 0;
  },
});

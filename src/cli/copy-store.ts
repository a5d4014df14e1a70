/** `rankfront copy-store`: studies from one store to another. */
import { copyStore } from '../store/copy/copy-store.ts';
import { defineCommand } from './command.ts';
import { jsonOption } from './options.ts';

export const copy = defineCommand({
  options: {
    study: { type: 'string', describe: 'Only the study of this name [default: all studies]' },
    json: jsonOption,
  },
  positionals: {
    from: { type: 'string', demandOption: true, describe: 'The file or PostgreSQL database that keeps the studies' },
    to: { type: 'string', demandOption: true, describe: 'The store to copy them to; it is made if it is not there' },
  },
  examples: [
    ['rankfront copy-store results/rankfront.sqlite postgres://me@host/studies', 'move on to many machines'],
    ['rankfront copy-store postgres://me@host/studies night.sqlite --study resnet18', 'take one study along as a file'],
  ],
  run: async (args, console) => {
    const copied = await copyStore(args.from, args.to, {
      name: args.study,
      onCopied: ({ study, trials, sha256, state }) => {
        const what = `"${study}": ${trials} trial${trials === 1 ? '' : 's'}, SHA-256 ${sha256.slice(0, 12)}`;
        console.note(state === 'copied' ? `Copied ${what}, the same in both stores.` : `Skipped ${what}: it is there.`);
      },
    });
    if (args.json) console.out(JSON.stringify(copied, null, 2));
    return 0;
  },
});

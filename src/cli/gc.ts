/** `rankfront gc`: removes what was cached and is not used any more. */
import { cacheFolder } from '../host/cache-folder.ts';
import { type Collected, collectGarbage } from '../host/collect-garbage.ts';
import { textTable } from '../report/text-table.ts';
import { formatBytes } from '../units/bytes.ts';
import { parseDuration } from '../units/duration.ts';
import { defineCommand } from './command.ts';
import { jsonOption } from './options.ts';

export const gc = defineCommand({
  options: {
    unused: { type: 'string', default: '30d', describe: 'Remove what was not used for this long; none takes all' },
    'dry-run': { type: 'boolean', default: false, describe: 'Only say what would be freed' },
    json: jsonOption,
  },
  examples: [
    ['rankfront gc --dry-run', 'what the cache holds, and what would go'],
    ['rankfront gc --unused none', 'everything that no running process uses'],
  ],
  run: async (args, console) => {
    const unusedMs = args.unused === 'none' ? 0 : parseDuration(args.unused, '--unused');
    const cache = cacheFolder();
    const collected = collectGarbage(cache, { unusedMs, dryRun: args['dry-run'] });
    if (args.json) console.out(JSON.stringify({ cache, dryRun: args['dry-run'], ...collected }, null, 2));
    else console.out(collectedText(collected, cache, args['dry-run']));
    for (const each of collected.refused) console.note(`Cannot remove ${each}`);
    return collected.refused.length > 0 ? 1 : 0;
  },
});

function collectedText({ kinds, freed, users }: Collected, cache: string, dryRun: boolean): string {
  const table = textTable(
    [
      { header: 'kind', align: 'left', cell: ({ kind }) => kind },
      { header: 'files', align: 'right', cell: ({ files }) => String(files) },
      { header: 'size', align: 'right', cell: ({ bytes }) => formatBytes(bytes) },
      { header: dryRun ? 'would go' : 'removed', align: 'right', cell: ({ removed }) => String(removed) },
      { header: dryRun ? 'would free' : 'freed', align: 'right', cell: each => formatBytes(each.freed) },
    ],
    kinds,
  );
  const held = users.length > 0 ? [`In use by process ${users.join(', ')}: what was used since it started stays.`] : [];
  return [
    `Cache ${cache}`,
    ...(kinds.length > 0 ? ['', ...table, ''] : ['It is empty.']),
    ...held,
    `${dryRun ? 'Would free' : 'Freed'} ${formatBytes(freed)}. All of it can be computed again.`,
  ].join('\n');
}

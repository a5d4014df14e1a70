/** `rankfront studies`: what a store holds, and keeping it in order. */
import { studyTable } from '../report/study-list.ts';
import { openStore } from '../store/open.ts';
import { studyRows } from '../study/read/study-rows.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand, type ExitStatus } from './command.ts';
import { keepStudies, studyActions } from './keep-studies.ts';
import { jsonOption, storeOption } from './options.ts';

export const studies = defineCommand({
  positionals: {
    action: { choices: studyActions, describe: 'What to do with a study; without it, they are listed' },
    names: { type: 'string', array: true, default: [] as string[], describe: 'The study, and its new name' },
  },
  options: {
    store: storeOption,
    to: { type: 'string', describe: 'Of copy: the store that the copy goes to [default: the same store]' },
    yes: { type: 'boolean', default: false, describe: 'Of delete: really delete it; it cannot be brought back' },
    force: {
      type: 'boolean',
      default: false,
      describe: 'Of delete and rename: also a study whose search was killed and never ended',
    },
    json: jsonOption,
  },
  examples: [
    ['rankfront studies --store results/rankfront.sqlite', 'state, trials and best speed-up of every study'],
    ['rankfront studies rename resnet18 resnet18-cpu', 'another name for a study'],
    ['rankfront studies copy resnet18 tried --to other.sqlite', 'a copy in another store, named "tried"'],
    ['rankfront studies delete tried --yes', 'deletes a study with all its trials'],
  ],
  run: async (args, console) => {
    const { action, names, store, to, yes, force } = args;
    if (action !== undefined) return keepStudies(action, { names: names.map(String), store, to, yes, force }, console);
    return list(store, args.json, console);
  },
});

async function list(place: string, json: boolean, console: Console): Promise<ExitStatus> {
  const store = await openStore(place, { readOnly: true });
  try {
    const rows = await studyRows(store);
    for (const { doubts } of rows) if (doubts) console.note(doubts);
    if (json) console.out(JSON.stringify(rows, null, 2));
    else
      console.out(
        rows.length === 0
          ? `"${place}" holds no study yet. Start one with "rankfront search".`
          : rows.reduce((text, { study }) => atStore(text, study, place), studyTable(rows, console.columns === null)),
      );
    return 0;
  } finally {
    await store.close();
  }
}

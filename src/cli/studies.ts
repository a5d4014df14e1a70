/** `rankfront studies`: what a store holds. */
import { studyTable } from '../report/study-list.ts';
import { openStore } from '../store/open.ts';
import { studyRows } from '../study/read/study-rows.ts';
import { atStore } from './at-store.ts';
import { defineCommand } from './command.ts';
import { jsonOption, storeOption } from './options.ts';

export const studies = defineCommand({
  options: { store: storeOption, json: jsonOption },
  examples: [['rankfront studies --store results/rankfront.sqlite', 'state, trials and best speed-up of every study']],
  run: async (args, console) => {
    const store = await openStore(args.store, { readOnly: true });
    try {
      const rows = await studyRows(store);
      for (const { doubts } of rows) if (doubts) console.note(doubts);
      if (args.json) console.out(JSON.stringify(rows, null, 2));
      else
        console.out(
          rows.length === 0
            ? `"${args.store}" holds no study yet. Start one with "rankfront search".`
            : rows.reduce((text, { study }) => atStore(text, study, args.store), studyTable(rows)),
        );
    } finally {
      await store.close();
    }
    return 0;
  },
});

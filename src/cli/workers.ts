/** `rankfront workers`: who works on a shared store, on which devices, and how they are. */
import { openFleet } from '../fleet/open.ts';
import { workerState, workerTable } from '../report/fleet-lists.ts';
import { defineCommand } from './command.ts';
import { jsonOption, storeOption } from './options.ts';

export const workers = defineCommand({
  options: { store: storeOption, json: jsonOption },
  examples: [['rankfront workers --store postgres://me@host/studies', 'one row for each worker']],
  run: async (args, console) => {
    const fleet = await openFleet(args.store, { mustExist: true, onWaiting: console.note });
    try {
      const rows = await fleet.workers.list();
      if (args.json)
        console.out(
          JSON.stringify(
            rows.map(row => ({ ...row, token: undefined, state: workerState(row) })),
            null,
            2,
          ),
        );
      else
        console.out(rows.length === 0 ? 'No worker is there. Start one with "rankfront worker".' : workerTable(rows));
      return 0;
    } finally {
      await fleet.close();
    }
  },
});

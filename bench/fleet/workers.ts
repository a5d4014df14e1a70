/** Workers of a toy study in one process: `node workers.ts URL NAME COUNT MILLISECONDS`. They end when their standard input does. */
import { openFleet } from '../../src/fleet/open.ts';
import { openToy, toyBench, toyWorker } from '../../test/fleet/toy.ts';

const [url = '', name = '', count = '1', ms = '1000'] = process.argv.slice(2);
const fleet = await openFleet(url);
const study = await openToy(fleet);
const over = new AbortController();
process.stdin.on('end', () => over.abort()).resume();
await Promise.all(
  Array.from({ length: Number(count) }, (_, i) =>
    toyWorker(
      fleet,
      `${name}-${i}`,
      toyBench(study, `${name}-${i}`, () => Number(ms)),
      {
        finish: over.signal,
        pollMs: 100,
      },
    ),
  ),
);
await fleet.close();

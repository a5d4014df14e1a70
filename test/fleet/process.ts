/** A process of a toy fleet, to be killed: `node process.ts work NAME URL` or `node process.ts ask TRIALS URL`. */
import { openFleet } from '../../src/fleet/open.ts';
import { coordinate, openToy, toyBench, toyWorker } from './toy.ts';

const [what, argument = '', url = ''] = process.argv.slice(2);
const fleet = await openFleet(url, { leaseMs: 1500, losses: 1000 });
const study = await openToy(fleet);
if (what === 'ask') {
  const endedBy = await coordinate(fleet, study, {
    trials: Number(argument),
    emit: event => {
      if (event.kind === 'trial-started') console.log(`asked ${event.trial}`);
    },
  });
  console.log(`ended ${endedBy}`);
} else {
  const bench = toyBench(study, argument, number => 10 + ((number * 7) % 50));
  await toyWorker(fleet, argument, bench, {
    stored: ({ trial }) => console.log(`stored ${trial.number}`),
  });
}
await fleet.close();

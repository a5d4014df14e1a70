/** `rankfront jobs`: trials that are shared out, and those that nobody takes any more. */
import { UserError } from '../errors/user-error.ts';
import { openFleet } from '../fleet/open.ts';
import { workTable } from '../report/fleet-lists.ts';
import { defineCommand } from './command.ts';
import { jsonOption, storeOption } from './options.ts';

export const jobs = defineCommand({
  positionals: {
    action: { choices: ['requeue'] as const, describe: 'Let dead trials be tried again; without it, all are listed' },
    trials: {
      type: 'number',
      array: true,
      default: [] as number[],
      describe: 'Their numbers [default: all dead ones]',
    },
  },
  options: {
    store: storeOption,
    study: { type: 'string', describe: 'Only of this study' },
    json: jsonOption,
  },
  examples: [
    ['rankfront jobs --store postgres://me@host/studies', 'what waits, runs or is dead'],
    ['rankfront jobs requeue 17 --study resnet18', 'lets the dead trial 17 be tried again'],
  ],
  run: async (args, console) => {
    const { action, study } = args;
    const numbers = numbersOf([args.trials].flat());
    const fleet = await openFleet(args.store, { mustExist: true, onWaiting: console.note });
    try {
      const open = (await fleet.work.list()).filter(each => study === undefined || each.study === study);
      if (action === 'requeue') {
        const dead = open.filter(
          ({ state, number }) => state === 'dead' && (numbers.length === 0 || numbers.includes(number)),
        );
        const missing = numbers.find(wanted => !dead.some(({ number }) => number === wanted));
        if (missing !== undefined)
          throw new UserError(
            `Cannot let trial ${missing} be tried again: it is not dead.`,
            'Give the numbers of trials that "rankfront jobs" lists as dead.',
          );
        const count = dead.length === 0 ? 0 : await fleet.work.revive(dead.map(({ trialId }) => trialId));
        console.out(count === 1 ? 'One trial waits again.' : `${count} trials wait again.`);
        return 0;
      }
      if (args.json) console.out(JSON.stringify(open, null, 2));
      else console.out(open.length === 0 ? 'Nothing is shared out.' : workTable(open));
      return 0;
    } finally {
      await fleet.close();
    }
  },
});

function numbersOf(trials: readonly number[]): readonly number[] {
  const wrong = trials.find(number => !Number.isSafeInteger(number) || number < 0);
  if (wrong === undefined) return trials;
  throw new UserError(
    `The trials: expected their numbers, found ${Number.isNaN(wrong) ? 'no number' : wrong}.`,
    'Give, for example, "rankfront jobs requeue 17".',
  );
}

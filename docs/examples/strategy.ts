/**
 * A strategy of your own: one site is lowered at a time, and the step that loses least is kept.
 * `node docs/examples/strategy.ts MODEL.onnx cifar10:DIR HARDWARE.yaml STORE.sqlite TRIALS`
 */
import { type Configuration, openStudy, type OwnStrategy, search } from 'rankfront';

const keyOf = (configuration: Configuration): string => configuration.join(' ');

/** Counts through all configurations to one that is free; null when none is. */
function firstFree(ladderLengths: readonly number[], taken: ReadonlySet<string>): Configuration | null {
  const size = ladderLengths.reduce((product, length) => product * length, 1);
  for (let index = 0; index < size; index++) {
    let rest = index;
    const configuration = ladderLengths.map(length => {
      const rung = rest % length;
      rest = Math.floor(rest / length);
      return rung;
    });
    if (!taken.has(keyOf(configuration))) return configuration;
  }
  return null;
}

const greedy: OwnStrategy = {
  name: 'greedy',
  open: ({ ladderLengths }) => ({
    name: 'greedy',
    // All that it knows is in its arguments, so a study that was stopped goes on as if it had not been.
    ask: (history, pending, rng) => {
      const taken = new Set([...history.map(({ configuration }) => configuration), ...pending].map(keyOf));
      // Values are minimised, and in the order of the study's objectives: the latency ratio, then the error.
      const errors = new Map<string, number>();
      for (const each of history)
        if (each.state === 'complete') errors.set(keyOf(each.configuration), each.values[1] ?? 0);
      let now = ladderLengths.map(length => length - 1);
      for (;;) {
        const steps = now.flatMap((rung, site) => (rung > 0 ? [now.with(site, rung - 1)] : []));
        const untried = steps.filter(step => !taken.has(keyOf(step)));
        if (untried.length > 0) return untried[rng.integer(untried.length)] ?? null;
        const errorOf = (step: Configuration): number => errors.get(keyOf(step)) ?? Number.POSITIVE_INFINITY;
        const least = Math.min(...steps.map(errorOf));
        const best = steps.find(step => errorOf(step) === least);
        if (!best || least === Number.POSITIVE_INFINITY) return firstFree(ladderLengths, taken);
        now = best;
      }
    },
  }),
};

const [model = '', data = '', hardware = '', store = '', trials = '40'] = process.argv.slice(2);
const options = { model, data, hardware, store, trials: Number(trials), strategy: greedy, acceptDense: true };
const found = await search(options);
const study = await openStudy(store, found.study);
const { same, difference } = await study.replay({ strategy: greedy });
console.log(difference?.sentence ?? `${same} proposals made again, every one the same`);
await study.close();

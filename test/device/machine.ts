import { type Rng, seededRng } from '../../src/random/rng.ts';

/** A machine on which time passes only in calls and pauses. */
export function machine(noise: number, seed = 1) {
  let now = 0;
  const order: string[] = [];
  const rng: Rng = seededRng(seed);
  const call = (name: string, ms: number) => async () => {
    order.push(name);
    const took = ms * (1 + noise * (rng.uniform() - 0.5));
    now += took;
    return took;
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { order, call, pass, now: () => now };
}

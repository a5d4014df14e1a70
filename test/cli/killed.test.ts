/** A search that is killed at any instant loses nothing and repeats nothing. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { openStore } from '../../src/store/open.ts';
import { start } from './rankfront.ts';
import { makeWorld } from './world.ts';

const kills = 20;

test(`a search killed at ${kills} random instants ends as one that was left alone`, { timeout: 240_000 }, async () => {
  const world = makeWorld();
  const alone = makeWorld();
  // Far more than fast runs finish before they are killed, so that every kill hits a search at work.
  const trials = 12 * kills;
  const budget = ['--trials', String(trials), '--seed', '5'];
  try {
    const rng = seededRng(20);
    /** Trials that the search has said are finished, with what it said of them. */
    const told = new Map<number, string>();
    let killed = 0;
    for (let run = 0; run < 3 * kills && killed < kills; run++) {
      const { child, ended } = start(world.search(...budget), world.env);
      // From anywhere in the start-up to a few trials after it.
      let seen = 0;
      const wanted = rng.integer(4);
      const kill = (): boolean => child.kill('SIGKILL');
      const timer = wanted === 0 ? setTimeout(kill, 200 + rng.integer(1500)) : undefined;
      child.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString().split('trial-finished').length - 1;
        if (wanted > 0 && seen >= wanted) setTimeout(kill, rng.integer(60));
      });
      const { signal, stdout, stderr } = await ended;
      clearTimeout(timer);
      if (signal === 'SIGKILL') killed++;
      else expect(stderr).toBe('');
      for (const line of stdout.split('\n')) {
        const match = /^\{"kind":"trial-finished","trial":(\d+),.*"macs":(\d+)/.exec(line);
        if (!match?.[1] || !match[2]) continue;
        expect(told.has(Number(match[1]))).toBe(false);
        told.set(Number(match[1]), match[2]);
      }
    }
    expect(killed).toBe(kills);
    const last = await start(world.search(...budget), world.env).ended;
    expect(last.status).toBe(0);
    expect(readdirSync(world.env.RANKFRONT_SCRATCH ?? '')).toEqual([]);
    const whole = await start(alone.search(...budget), alone.env).ended;
    expect(whole.status).toBe(0);

    const trialsOf = async (path: string) => {
      const store = await openStore(path, { readOnly: true });
      const study = await store.studies.get('small');
      const list = await store.trials.list(study?.id ?? -1);
      await store.close();
      return list;
    };
    const stored = await trialsOf(world.store);
    expect(stored).toHaveLength(trials + 1);
    expect(stored.every(({ state }) => state === 'complete')).toBe(true);
    for (const [number, macs] of told) expect(stored[number]).toMatchObject({ number, macs: Number(macs) });
    const facts = (list: typeof stored): unknown[] =>
      list.map(trial => [
        trial.number,
        trial.configuration,
        trial.rngAfter,
        trial.state === 'complete' && [trial.modelSha256, trial.values],
      ]);
    expect(facts(stored)).toEqual(facts(await trialsOf(alone.store)));
  } finally {
    world.remove();
    alone.remove();
  }
});

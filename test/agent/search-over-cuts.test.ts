/** Searches through an agent whose cable is cut, and that is killed, at random instants: no trial is lost, none fails for it, all are the same. */
import { beforeAll, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { openStore } from '../../src/store/open.ts';
import { rankfront, start } from '../cli/rankfront.ts';
import type { World } from '../cli/world.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';
import { computedThere, farAgent, measuredThere, remoteYaml } from './far-agent.ts';
import { worldsOf } from './worlds.ts';

const { folder, worldWith } = worldsOf('cuts');

async function trialsIn(world: World) {
  const store = await openStore(world.store, { readOnly: true });
  const study = await store.studies.get('small');
  const list = await store.trials.list(study?.id ?? -1);
  await store.close();
  return list;
}

const facts = (list: Awaited<ReturnType<typeof trialsIn>>): unknown[] =>
  list.map(trial => [
    trial.number,
    trial.configuration,
    trial.rngAfter,
    trial.state,
    trial.state === 'complete' && [trial.modelSha256, trial.values],
  ]);

// Enough that the search is not over before the last cut.
const budget = ['--trials', '30', '--seed', '5'];
let alone: World;
beforeAll(async () => {
  alone = worldWith(computedThere);
  expect((await rankfront(alone.search(...budget), alone.env)).status).toBe(0);
});

/** Cuts at random instants until it is stopped. */
function cutting(proxy: CuttingProxy, seed: number, longestMs: number): () => void {
  const rng = seededRng(seed);
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(() => {
      proxy.cut();
      next();
    }, 10 + rng.integer(longestMs));
  };
  next();
  return () => clearTimeout(timer);
}

test.each([1, 2])('a cable that is cut again and again changes nothing (seed %d)', { timeout: 180_000 }, async seed => {
  const agent = await farAgent(folder, computedThere);
  const proxy = await cuttingProxy(agent.port);
  const world = worldWith(remoteYaml(folder, proxy.port, 'exact: true'));
  const stop = cutting(proxy, seed, 150);
  try {
    const { status, stderr } = await rankfront(world.search(...budget), world.env);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(proxy.cuts()).toBeGreaterThan(5);
    expect(facts(await trialsIn(world))).toEqual(facts(await trialsIn(alone)));
  } finally {
    stop();
    await proxy.close();
    await agent.kill('SIGTERM');
  }
});

test('an agent that is killed and started again is waited for', { timeout: 180_000 }, async () => {
  let agent = await farAgent(folder, computedThere);
  const proxy = await cuttingProxy(agent.port);
  const world = worldWith(remoteYaml(folder, proxy.port, 'exact: true'));
  let kills = 0;
  const { child, ended } = start(world.search(...budget), world.env);
  let done = false;
  void ended.then(() => {
    done = true;
  });
  let finished = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    finished += chunk.toString().split('trial-finished').length - 1;
  });
  try {
    for (let wanted = 1; !done && kills < 3; wanted += 2) {
      while (!done && finished < wanted) await new Promise(resolve => setTimeout(resolve, 5));
      await agent.kill('SIGKILL');
      kills++;
      proxy.cut();
      await new Promise(resolve => setTimeout(resolve, 2000));
      agent = await farAgent(folder, computedThere);
      proxy.lead(agent.port);
    }
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(kills).toBe(3);
    expect(stdout).toMatch(/is lost .*Trying again/);
    expect(facts(await trialsIn(world))).toEqual(facts(await trialsIn(alone)));
  } finally {
    await proxy.close();
    await agent.kill('SIGTERM');
  }
});

test('where the agent stays away, the search ends in order, and goes on later', { timeout: 180_000 }, async () => {
  const first = await farAgent(folder, computedThere);
  const proxy = await cuttingProxy(first.port);
  const world = worldWith(remoteYaml(folder, proxy.port, 'exact: true, reconnectMs: 2000'));
  const { child, ended } = start(world.search(...budget), world.env);
  let killed = false;
  child.stdout?.on('data', (chunk: Buffer) => {
    if (killed || !chunk.toString().includes('trial-finished')) return;
    killed = true;
    void first.kill('SIGKILL').then(() => proxy.cut());
  });
  const { status, stderr } = await ended;
  expect(status).toBe(2);
  expect(stderr).toMatch(/could not be reached for 2.*run the same command again/);
  const between = await trialsIn(world);
  expect(between.filter(({ state }) => state === 'failed')).toEqual([]);
  expect(between.length).toBeLessThan(31);
  const second = await farAgent(folder, computedThere);
  proxy.lead(second.port);
  try {
    const again = await rankfront(world.search(...budget), world.env);
    expect(again.status).toBe(0);
    const trials = await trialsIn(world);
    expect(facts(trials)).toEqual(facts(await trialsIn(alone)));
    expect(trials.every(({ requeues }) => requeues === 0)).toBe(true);
  } finally {
    await proxy.close();
    await second.kill('SIGTERM');
  }
});

test('a search that really measures goes through cuts and a kill, too', { timeout: 240_000 }, async () => {
  let agent = await farAgent(folder, measuredThere);
  const proxy = await cuttingProxy(agent.port);
  const world = worldWith(remoteYaml(folder, proxy.port));
  const stop = cutting(proxy, 7, 2500);
  try {
    const { child, ended } = start(world.search('--trials', '4', '--seed', '3'), world.env);
    let begun = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      if (begun || !/"kind":"trial-started","trial":2/.test(chunk.toString())) return;
      begun = true;
      void agent.kill('SIGKILL').then(async () => {
        agent = await farAgent(folder, measuredThere);
        proxy.lead(agent.port);
      });
    });
    const { status, stderr } = await ended;
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(begun).toBe(true);
    const trials = await trialsIn(world);
    expect(trials.map(({ state }) => state)).toEqual(Array(5).fill('complete'));
  } finally {
    stop();
    await proxy.close();
    await agent.kill('SIGTERM');
  }
});

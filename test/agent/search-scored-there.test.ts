/** A whole search whose images are scored through an agent: the same accuracies as here, over cuts and a kill, and what comes after a search. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { openStore } from '../../src/store/open.ts';
import { rankfront, start } from '../cli/rankfront.ts';
import type { World } from '../cli/world.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { farAgent, measuredThere, remoteYaml } from './far-agent.ts';
import { worldsOf } from './worlds.ts';

const { folder, worldWith } = worldsOf('scored-there');

/** What does not depend on how long anything takes: a random search proposes the same. */
async function answersIn(world: World) {
  const store = await openStore(world.store, { readOnly: true });
  const study = await store.studies.get('small');
  const list = study ? await store.trials.list(study.id) : [];
  await store.close();
  return list.map(trial => ({
    number: trial.number,
    state: trial.state,
    configuration: trial.configuration,
    requeues: trial.requeues,
    accuracy: trial.state === 'complete' ? trial.values[1] : null,
  }));
}

test('accuracies are those of this machine, and nothing is lost', { timeout: 300_000 }, async () => {
  const budget = ['--trials', '3', '--seed', '3', '--strategy', 'random', '--no-pruning'];
  const here = worldWith(measuredThere);
  expect((await rankfront(here.search(...budget), here.env)).status).toBe(0);

  let agent = await farAgent(folder, measuredThere);
  const proxy = await cuttingProxy(agent.port);
  const there = worldWith(`${remoteYaml(folder, proxy.port, 'reconnectMs: 12000')}host: { scorer: device }\n`);
  const rng = seededRng(9);
  let timer: NodeJS.Timeout;
  const cutAgain = (): void => {
    timer = setTimeout(() => {
      proxy.cut();
      cutAgain();
    }, 200 + rng.integer(2000));
  };
  cutAgain();
  try {
    const { child, ended } = start(there.search(...budget), there.env);
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
    expect(await answersIn(there)).toEqual(await answersIn(here));

    const study = ['--study', 'small', '--store', there.store];
    for (const command of ['replay', 'front']) {
      const after = await rankfront([command, ...study], there.env);
      expect({ command, ...after }).toMatchObject({ status: 0 });
    }
    const verified = JSON.parse((await rankfront(['verify', '--json', ...study], there.env)).stdout);
    const phases = verified.trials.flatMap((trial: { phases: readonly object[] }) => trial.phases);
    expect(phases.length).toBeGreaterThan(2);
    for (const phase of phases) expect(phase).toMatchObject({ failure: null, accuracy: { verdict: 'equal' } });
    const doctor = await rankfront(['doctor', '--hardware', there.hardware], there.env);
    expect(doctor).toMatchObject({ status: 0 });
    expect(doctor.stdout).toMatch(/^scoring +on .*: a small model gives what it should, within /m);
  } finally {
    clearTimeout(timer!);
    await proxy.close();
    await agent.kill('SIGTERM');
  }
  // Without the agent the answers of the device cannot be had again.
  const study = ['--study', 'small', '--store', there.store];
  writeFileSync(there.hardware, 'unused');
  const alone = await rankfront(['verify', ...study], there.env);
  expect(alone.status).toBe(2);
  expect(alone.stderr).toMatch(/could not be reached/);
});

test('a device that runs no images is refused', { timeout: 60_000 }, async () => {
  const world = worldWith('');
  const roofline = 'driver: { kind: roofline, peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e9 }';
  writeFileSync(world.hardware, `name: computed\nrankGranularity: 4\n${roofline}\nhost: { scorer: device }\n`);
  const { status, stderr } = await rankfront(world.search('--trials', '1'), world.env);
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /Cannot score on the device "computed": its driver "roofline" times networks and runs no images/,
  );
});

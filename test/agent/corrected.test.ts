/** Corrected candidates through an agent: the search is the same as here, and what a correction scales is not sent again. */
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BuiltTrial, builtTrials } from '../../bench/device/candidates.ts';
import { openDevice } from '../../src/device/open.ts';
import { sha256Of } from '../../src/host/model-file.ts';
import { openStore } from '../../src/store/open.ts';
import { rankfront } from '../cli/rankfront.ts';
import { cifarRecords, type World } from '../cli/world.ts';
import { measured } from '../device/contract.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { computedThere, farAgent, remoteProfile, remoteYaml } from './far-agent.ts';
import { worldsOf } from './worlds.ts';

const { folder, worldWith: plainWorld } = worldsOf('corrected');

function worldWith(hardware: string): World {
  const world = plainWorld(hardware);
  mkdirSync(join(world.folder, 'calibration'));
  writeFileSync(join(world.folder, 'calibration', 'test_batch.bin'), cifarRecords(40, 9));
  return world;
}

async function searched(world: World, corrections: string): Promise<unknown[]> {
  const calibration = ['--calibration', `cifar10:${join(world.folder, 'calibration')}`, '--calibration-images', '16'];
  const args = world.search(...calibration, '--corrections', corrections, '--trials', '6', '--seed', '5');
  const { status, stderr } = await rankfront(args, world.env);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const store = await openStore(world.store, { readOnly: true });
  const study = await store.studies.get('small');
  const list = await store.trials.list(study?.id ?? -1);
  const packed = await Promise.all(list.map(({ id }) => store.trials.correction(id)));
  await store.close();
  expect(packed.filter(each => each !== null).length).toBeGreaterThan(3);
  return list.map((trial, i) => [
    trial.number,
    trial.state,
    trial.assignment,
    trial.state === 'complete' && [trial.modelSha256, trial.values],
    packed[i] && sha256Of(packed[i]),
  ]);
}

/** Bytes that measuring the trials one after the other sends to an agent that has none of them, by trial. */
async function bytesSent(trials: readonly BuiltTrial[], knowsPlain: boolean): Promise<number[]> {
  const place = mkdtempSync(join(folder, 'sent-'));
  const agent = await farAgent(place, computedThere);
  const proxy = await cuttingProxy(agent.port);
  const device = await openDevice(remoteProfile(place, proxy.port, 'exact: true'), { scratchDir: place });
  try {
    const file = ({ number, bytes, sha256 }: BuiltTrial) => {
      const path = join(place, `${number}.onnx`);
      writeFileSync(path, bytes);
      return { path, sha256 };
    };
    const reference = file(trials[0]!);
    const sent: number[] = [];
    for (const trial of trials) {
      const before = proxy.bytes().there;
      const { uncorrected } = trial;
      const plain = knowsPlain && uncorrected ? () => uncorrected : undefined;
      const budget = { halfWidth: 0.1, maxMs: 100, minPairs: 5, seed: 1 };
      const { ratio } = measured(await device.latency(file(trial), reference, budget, plain));
      expect(ratio).toBeGreaterThan(0);
      sent.push(proxy.bytes().there - before);
    }
    return sent;
  } finally {
    await device.close();
    await proxy.close();
    await agent.kill('SIGTERM');
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

test.each(['moments', 'reconstruction'])(
  '%s: a search through an agent is the one that is made here',
  {
    timeout: 240_000,
  },
  async corrections => {
    const here = worldWith(computedThere);
    const expected = await searched(here, corrections);
    const agent = await farAgent(folder, computedThere);
    const far = worldWith(remoteYaml(folder, agent.port, 'exact: true'));
    try {
      expect(await searched(far, corrections)).toEqual(expected);
      const verified = await rankfront(['verify', '--study', 'small', '--store', far.store], far.env);
      expect({ status: verified.status, stdout: verified.stdout }).toMatchObject({ status: 0 });
      const shown = await rankfront(['show', '1', '--study', 'small', '--store', far.store], far.env);
      expect(shown.stdout).toMatch(/Environment/);
    } finally {
      await agent.kill('SIGTERM');
    }
    process.env.RANKFRONT_CACHE = here.env.RANKFRONT_CACHE;
    const copy = join(folder, `${corrections}.sqlite`);
    copyFileSync(here.store, copy);
    const trials = await builtTrials(copy, 'small');
    expect(trials.filter(({ uncorrected }) => uncorrected).length).toBeGreaterThan(3);
    const [told, untold] = [await bytesSent(trials, true), await bytesSent(trials, false)];
    // After the first candidate: its pieces, and those of the dense model, are there.
    const [with_, without] = [sum(told.slice(2)), sum(untold.slice(2))];
    // A scale is sent alone; a weight that was refitted is another one, and is sent as it is.
    if (corrections === 'moments') expect(with_).toBeLessThan(0.9 * without);
    else expect(with_).toBeLessThanOrEqual(1.02 * without);
    expect(sum(told)).toBeLessThan(0.9 * sum(trials.map(({ bytes }) => bytes.length)));
  },
);

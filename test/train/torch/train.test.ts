/** A whole training on PyTorch, from file to file: killed, gone on with, on another number of processes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EpochFinished, TrainingEvent } from '../../../src/train/loop/event.ts';
import type { TrainRequest } from '../../../src/train/loop/request.ts';
import { train } from '../../../src/train/loop/train.ts';
import type { TorchChoice } from '../../../src/train/runner/engine-choice.ts';
import { smallTraining } from '../loop/request.ts';
import { named, noTorch, testPython } from './available.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-torch-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engine: TorchChoice = {
  kind: 'torch',
  python: testPython,
  devices: 1,
  torchrun: null,
  device: 'cpu',
  threads: 1,
  compile: false,
};
const small = { ...smallTraining(folder), engine, freeze: 'progressive:0.4', checkpointMs: 0 };
const into = (name: string, more: Partial<TrainRequest> = {}): TrainRequest => ({
  ...small,
  ...more,
  out: join(folder, name),
  checkpoint: join(folder, `${name}.checkpoint`),
});

interface Told {
  readonly events: TrainingEvent[];
  readonly epochs: () => Pick<EpochFinished, 'train' | 'validation'>[];
}

async function trained(request: TrainRequest, told: (event: TrainingEvent, stop: () => void) => void = () => {}) {
  const events: TrainingEvent[] = [];
  const stop = new AbortController();
  const emit = (event: TrainingEvent): void => {
    events.push(event);
    told(event, () => stop.abort());
  };
  const result = await train(request, emit, stop.signal);
  const epochs: Told['epochs'] = () =>
    result.course.epochs.map(({ train: { loss, top1 }, validation }) => ({ train: { loss, top1 }, validation }));
  return { events, result, epochs: epochs() };
}

/** Processes of trainings that this process has started with several ranks: that of rank `rank`, then those that load its images. */
function pythons(rank: string): number[] {
  const all = readdirSync('/proc').flatMap(pid => {
    try {
      const said = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const env = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const mine = said.includes('rankfront_torch\0serve') && env.includes(`RANKFRONT_TEST_OWNER=${process.pid}`);
      return mine && env.includes(`RANK=${rank}`) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
  return all.sort((a, b) => a - b);
}

describe.skipIf(noTorch !== null || process.platform !== 'linux')(
  named('a training on PyTorch from file to file'),
  () => {
    test('goes on after a rank was killed, with another number of processes, and ends where it would have ended', async () => {
      process.env.RANKFRONT_TEST_OWNER = String(process.pid);
      const whole = await trained(into('whole.onnx'));
      expect(whole.result.written).toMatchObject({ images: 20 });
      expect(whole.events.filter(({ kind }) => kind === 'phase-started').length).toBeGreaterThan(1);
      // The network has norms, whose statistics are of a process's share: gone on with alone it is the same to the last bit.
      let seen = 0;
      const stopped = await trained(into('stopped.onnx'), (event, stop) => {
        if (event.kind === 'steps' && ++seen === 2) stop();
      });
      expect(stopped.result.endedBy).toBe('interrupted');
      const rest = await trained(into('stopped.onnx'));
      expect(rest.epochs).toEqual(whole.epochs);
      expect(readFileSync(join(folder, 'stopped.onnx')).equals(readFileSync(join(folder, 'whole.onnx')))).toBe(true);

      const two = { engine: { ...engine, devices: 2 } };
      let killed: number[] = [];
      const death = trained(into('killed.onnx', two), event => {
        if (event.kind !== 'checkpoint' || killed.length > 0) return;
        killed = pythons('1').slice(0, 1);
        for (const pid of killed) process.kill(pid, 'SIGKILL');
      });
      await expect(death).rejects.toMatchObject({
        name: 'UserError',
        problem: expect.stringMatching(/The training was stopped: .*rank 1/),
        wayOut: expect.stringContaining('go on from the last checkpoint'),
      });
      expect(killed).toHaveLength(1);
      await expect.poll(() => [...pythons('0'), ...pythons('1')], { timeout: 10_000 }).toEqual([]);
      const { events, result } = await trained(into('killed.onnx'));
      const started = events.find(({ kind }) => kind === 'training-started');
      expect(started).toMatchObject({ resumedFrom: expect.any(Number) });
      expect(started?.kind === 'training-started' && started.resumedFrom).toBeGreaterThan(0);
      expect(result.endedBy).toBe('epochs');
      expect(result.course.epochs).toHaveLength(3);
    });
  },
);

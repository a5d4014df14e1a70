import { describe, expect, test } from 'vitest';
import type { ModelFile } from '../../src/device/device.ts';
import type { NodeTiming } from '../../src/device/node-times.ts';
import { type Script, scriptedDevice } from '../../src/device/scripted.ts';
import { type Attempt, complete, failed } from '../../src/errors/failure.ts';
import { currentEnvironment } from '../../src/host/environment.ts';
import { deviceContract, measured } from './contract.ts';

const file = (name: string) => ({ path: `/models/${name}`, sha256: name });
const scripted =
  (figures: Readonly<Record<string, number>>) =>
  ({ sha256 }: ModelFile): Attempt<number> =>
    figures[sha256] === undefined ? failed('crashed', 'no such script') : complete(figures[sha256]);
const latencyOf = scripted({ dense: 10, other: 7 });
const device = (script: Script = {}) => scriptedDevice(latencyOf, script);

const subject = (script: Script) => () => ({
  open: async () => device(script),
  dense: file('dense'),
  other: file('other'),
  broken: file('broken'),
});
const elsewhere = { ...currentEnvironment(), cpuModel: 'a board', cores: 4, arch: 'arm64' };
const nodesOf = (model: ModelFile): Attempt<readonly NodeTiming[]> => {
  const ms = latencyOf(model);
  return ms.state === 'failed' ? ms : complete([{ index: 0, output: 'y', name: 'conv', opType: 'Conv', ms: ms.value }]);
};

deviceContract('scripted', subject({}));
deviceContract(
  'board',
  subject({
    ...{ driver: 'board', environment: elsewhere, load: 0.5, exact: false },
    ...{ nodesOf, memoryOf: scripted({ dense: 4096, other: 2048 }) },
  }),
);

describe('scriptedDevice', () => {
  const budget = { halfWidth: 0.01, maxMs: 1, minPairs: 5, seed: 1 };

  test('says exactly what was scripted', async () => {
    expect(measured(await device().latency(file('other'), file('dense'), budget))).toMatchObject({
      ratio: 0.7,
      candidateMs: 7,
      referenceMs: 10,
      endedBy: 'exact',
      warnings: [],
    });
    expect(await device().latency(file('x'), file('dense'), budget)).toEqual(failed('crashed', 'no such script'));
  });

  test('plays a machine elsewhere, which measures and has no noise', async () => {
    const board = device({ environment: elsewhere, load: 0.5, exact: false, memoryOf: () => complete(2048) });
    const taken = measured(await board.latency(file('other'), file('dense'), budget));
    expect(taken).toMatchObject({ endedBy: 'interval', environment: elsewhere, load: 0.5 });
    expect(taken.ratio).toBeCloseTo(0.7, 12);
    expect(taken.interval[1] - taken.interval[0]).toBeGreaterThan(0);
    expect(await board.peakMemory?.(file('other'))).toMatchObject({
      value: { samplesKib: [2048], environment: elsewhere, load: 0.5 },
    });
  });

  test('is on this machine, and cannot tell what it was not told', async () => {
    const plain = device();
    expect(measured(await plain.latency(file('other'), file('dense'), budget)).environment).toEqual(
      currentEnvironment(),
    );
    expect([plain.exact, plain.nodeTimes, plain.peakMemory]).toEqual([true, undefined, undefined]);
  });
});

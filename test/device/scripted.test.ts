import { describe, expect, test } from 'vitest';
import { scriptedDevice } from '../../src/device/scripted.ts';
import { complete, failed } from '../../src/errors/failure.ts';
import { deviceContract, measured } from './contract.ts';

const file = (name: string) => ({ path: `/models/${name}`, sha256: name });
const device = () =>
  scriptedDevice(model =>
    model.sha256 === 'dense'
      ? complete(10)
      : model.sha256 === 'other'
        ? complete(7)
        : failed('crashed', 'no such script'),
  );

deviceContract('scripted', () => ({
  open: async () => device(),
  dense: file('dense'),
  other: file('other'),
  broken: file('broken'),
}));

describe('scriptedDevice', () => {
  test('says exactly what was scripted', async () => {
    const budget = { halfWidth: 0.01, maxMs: 1, minPairs: 5, seed: 1 };
    expect(measured(await device().latency(file('other'), file('dense'), budget))).toMatchObject({
      ratio: 0.7,
      candidateMs: 7,
      referenceMs: 10,
      endedBy: 'exact',
      warnings: [],
    });
    expect(await device().latency(file('x'), file('dense'), budget)).toEqual(failed('crashed', 'no such script'));
  });
});

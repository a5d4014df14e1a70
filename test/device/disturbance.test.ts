import { describe, expect, test } from 'vitest';
import { causesOf, type Machine } from '../../src/device/disturbance.ts';
import type { Strain } from '../../src/device/vitals.ts';
import { waitingText } from '../../src/device/wording.ts';

const machine: Machine = { cores: 4, threads: 2 };
const calm: Strain = { wallMs: 600, otherBusyCores: 0.05, stolenShare: 0, waitedShare: 0.01 };
const kinds = (changed: Partial<Strain>, on = machine, slowdown: number | null = null) =>
  causesOf({ ...calm, ...changed }, on, slowdown).map(({ kind }) => kind);

describe('causesOf', () => {
  test('a quiet time has none, and what the system does not tell is none', () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ otherBusyCores: null, stolenShare: null, waitedShare: null })).toEqual([]);
  });

  test('other load counts when it leaves fewer cores than the measurement needs', () => {
    expect(kinds({ otherBusyCores: 1.9 })).toEqual([]);
    expect(kinds({ otherBusyCores: 2.2 })).toEqual(['other-load']);
    expect(kinds({ otherBusyCores: 0.2 }, { cores: 2, threads: 2 })).toEqual(['other-load']);
    expect(kinds({ otherBusyCores: 3.9 }, { cores: 4, threads: 0 })).toEqual([]);
  });

  test('waiting for a core, time that the host took, and a slow dense model count, whoever is to blame', () => {
    expect(kinds({ waitedShare: 0.3 })).toEqual(['waited-for-cores']);
    expect(kinds({ stolenShare: 0.1 })).toEqual(['stolen']);
    expect(kinds({}, machine, 1.2)).toEqual([]);
    expect(kinds({}, machine, 1.5)).toEqual(['slow-reference']);
  });

  test('fewer cores than threads are told, however quiet it is', () => {
    expect(kinds({}, { cores: 1, threads: 2 })).toEqual(['few-cores']);
  });
});

test('what is waited for is worded, and how long at most', () => {
  expect(waitingText([{ kind: 'other-load', busyCores: 1.04, names: ['python3 (process 812)'] }], 90_000)).toBe(
    'Waiting for a quiet machine, up to 1 m 30 s. Other processes kept 1.0 core busy, most of all python3 (process 812).',
  );
});

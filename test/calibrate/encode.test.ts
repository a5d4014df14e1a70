import { expect, test } from 'vitest';
import { calibrationPositions, ownCalibrationImages } from '../../src/calibrate/choose.ts';
import { decodeStatistics, encodeStatistics } from '../../src/calibrate/encode.ts';
import type { CalibrationStatistics } from '../../src/decompose/statistics.ts';

const statistics: CalibrationStatistics = {
  images: 3,
  sites: new Map([
    [
      'a/é',
      {
        site: 'a/é',
        patches: 12,
        inputMean: Float64Array.of(0.1, -0, 1e-300),
        input: { kind: 'column', order: 2, data: Float32Array.of(1, 0.1, 3) },
        output: { order: 1, data: Float32Array.of(7) },
        outputMean: Float64Array.of(1 / 3),
        outputVariance: Float64Array.of(2),
        outputScale: Float64Array.of(0.5),
        sensitivity: { order: 1, data: Float32Array.of(0.25) },
      },
    ],
    [
      'b',
      {
        site: 'b',
        patches: 0,
        inputMean: Float64Array.of(),
        input: null,
        output: null,
        outputMean: Float64Array.of(),
        outputVariance: Float64Array.of(),
        outputScale: Float64Array.of(),
        sensitivity: null,
      },
    ],
  ]),
};

test('statistics come back as they were, from any place in memory', () => {
  const bytes = encodeStatistics(statistics);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeStatistics(shifted.subarray(3))).toEqual(statistics);
  expect(encodeStatistics(decodeStatistics(bytes))).toEqual(bytes);
});

test('an eighth of the own images is given up, and none where that is too little', () => {
  expect(ownCalibrationImages(10_000, 512)).toBe(512);
  expect(ownCalibrationImages(1000, 512)).toBe(125);
  expect(ownCalibrationImages(512, 512)).toBe(64);
  expect(ownCalibrationImages(511, 512)).toBe(0);
  expect(ownCalibrationImages(350, 40)).toBe(40);
});

test('images are chosen at random and the same again', () => {
  const chosen = calibrationPositions(1000, 50, 3);
  expect(new Set(chosen).size).toBe(50);
  expect(chosen).toEqual(calibrationPositions(1000, 50, 3));
  expect(chosen).not.toEqual(calibrationPositions(1000, 50, 4));
  expect([...chosen]).toEqual([...chosen].sort((a, b) => a - b));
  expect(calibrationPositions(5, 50, 3)).toEqual(Int32Array.of(0, 1, 2, 3, 4));
});

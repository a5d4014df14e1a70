/** Layers, lines of trials, trainings and comparisons, each against what the store and the report say. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rungLabel } from '../../../src/decompose/ranks.ts';
import type { CompareRecord as CompareJson } from '../../../src/report/compare/record.ts';
import { compare, namesIn } from '../../../src/serve/api/compare.ts';
import { layers } from '../../../src/serve/api/layers.ts';
import { parallel } from '../../../src/serve/api/parallel.ts';
import { BadQuery, NotFound, type Source } from '../../../src/serve/api/reader.ts';
import { training } from '../../../src/serve/api/training.ts';
import { sourceOver } from '../../../src/serve/source.ts';
import { readFront } from '../../../src/study/read/read-front.ts';
import { rankfront } from '../../cli/rankfront.ts';
import { copyStudy, pageStore } from '../../page/stores.ts';
import { studyOf } from '../../study/read/random-study.ts';
import { madeUp } from './made-up.ts';

let place: Awaited<ReturnType<typeof pageStore>>;
let source: Source;
const study = 'resnet18';
beforeAll(async () => {
  place = await pageStore();
  source = sourceOver(place.store, 'store.sqlite');
});
afterAll(() => place.remove());

describe('layers', () => {
  test('members stand where their ranks are, in the order of the front', async () => {
    const record = await layers(source, { study });
    const report = await readFront(place.store, place.study, 'best');
    const members = report.points.filter(({ trial }) => trial !== 0);
    expect(record.members.map(({ trial }) => trial)).toEqual(members.map(({ trial }) => trial));
    expect(record.layers.map(({ site }) => site)).toEqual(Object.keys(members[0]!.configuration));
    for (const [m, point] of members.entries())
      for (const [i, { site, rungs }] of record.layers.entries()) {
        const at = record.members[m]!.rungs[i];
        if (at !== null) expect(rungs[at!]!.label).toBe(rungLabel(point.configuration[site]!));
        else expect(rungs.map(({ label }) => label)).not.toContain(rungLabel(point.configuration[site]!));
      }
  });

  test('what the sweep predicts is the sum over the rungs of a trial, and the dense model is all of itself', async () => {
    const record = await layers(source, { study });
    const table = (await place.store.tuning.siteTable(place.study.id)) as { changes: number[][] };
    expect(record.swept).toBe(true);
    const trials = await place.store.trials.list(place.study.id);
    for (const { trial, predicted, latency, macs } of record.trials) {
      const found = trials.find(({ number }) => number === trial)!;
      const sum = found.configuration.reduce((total, rung, site) => total + table.changes[site]![rung]!, 1);
      expect(predicted).toBeCloseTo(sum, 12);
      if (trial === 0) expect({ latency, macs, predicted }).toEqual({ latency: 1, macs: 1, predicted: 1 });
    }
    expect(record.layers[0]!.alone!.change).toBe(table.changes[0]![0]);
  });

  test('without the model its MACs are not known, and ladders are what was tried', async () => {
    const lost = await copyStudy(place.store, place.study, {
      name: 'lost',
      model: { ...place.study.model, path: 'nowhere.onnx' },
      // What was read of a model is kept by its hash.
      space: { ...place.study.space, sha256: 'f'.repeat(64) },
    });
    const record = await layers(source, { study: lost.name });
    expect(record.modelRead).toBe(false);
    expect(record.layers.every(({ rungs }) => rungs.length > 0 && rungs.every(({ macs }) => macs === null))).toBe(true);
  });
});

describe('lines', () => {
  test('of small made-up studies: the best by an objective are its least values, and fronts come first', async () => {
    await fc.assert(
      fc.asyncProperty(madeUp, fc.integer({ min: 1, max: 100 }), async (trials, top) => {
        const { store, study: made } = await studyOf(trials);
        const own = sourceOver(store, 'store.sqlite');
        const figures = await store.trials.figures(made.id);
        const count = Math.ceil((figures.length * top) / 100);
        const byLatency = await parallel(own, { study: made.name, by: 'latency', top: String(top) });
        const values = figures.map(each => each.values[0]!).sort((a, b) => a - b);
        expect(byLatency.lines.map(line => line.values[0]! / 10)).toEqual(
          values.slice(0, count).map(each => expect.closeTo(each, 9)),
        );
        const byFront = await parallel(own, { study: made.name, by: 'front', top: String(top) });
        const front = new Set((await store.trials.front(made.id)).map(({ number }) => number));
        expect(byFront.lines.filter(({ onFront }) => onFront).length).toBeGreaterThanOrEqual(
          Math.min(count, front.size),
        );
        expect(byFront).toMatchObject({ complete: figures.length, chosen: count });
      }),
      { numRuns: 20 },
    );
  });

  test('rungs and amounts are those of the trials', async () => {
    const record = await parallel(source, { study });
    for (const line of record.lines) {
      const trial = (await place.store.trials.get(place.study.id, line.trial))!;
      expect(line.rungs).toEqual(trial.configuration);
      const names = Object.values(trial.assignment).map(rungLabel);
      expect(line.rungs.map((rung, i) => record.sites[i]!.rungs[rung])).toEqual(names);
      if (trial.state === 'complete') expect(line.values[1]).toBeCloseTo(1 - trial.values[1]!, 12);
    }
  });

  test('a query that is none is refused', async () => {
    await expect(parallel(source, { study, top: '0' })).rejects.toThrow(BadQuery);
    await expect(parallel(source, { study, by: '__proto__' })).rejects.toThrow(BadQuery);
    await expect(parallel(source, { study: 'gone' })).rejects.toThrow(NotFound);
  });
});

describe('trainings', () => {
  test('the latest is shown, or the one that is asked for', async () => {
    const record = await training(source, { study });
    expect(record.runs.length).toBe(2);
    expect(record.shown).toMatchObject({ run: record.runs[0]!.id, trained: 8 });
    const [, first] = record.runs;
    const asked = await training(source, { study, run: String(first!.id) });
    const metrics = await place.store.training.metrics(first!.id);
    expect(asked.shown).toMatchObject({ run: first!.id, epochs: metrics.epochs, phases: metrics.phases });
    await expect(training(source, { study, run: '999' })).rejects.toThrow(NotFound);
    await expect(training(source, { study, run: 'x' })).rejects.toThrow(BadQuery);
    expect(await training(source, { study: 'other <i>board</i>' })).toMatchObject({ runs: [], shown: null });
  });
});

describe('comparison', () => {
  test('points and gains are those of the front, and of "rankfront compare"', async () => {
    const names = [study, 'other <i>board</i>'];
    const drop = '6';
    const record = await compare(source, { studies: JSON.stringify([...names, 'gone']), drop });
    expect(record.unknown).toEqual(['gone']);
    const ran = await rankfront(['compare', ...names, '--store', place.path, '--max-drop', `${drop}pp`, '--json']);
    const { devices, maxDrop, ...differences } = JSON.parse(ran.stdout) as CompareJson;
    expect(record.maxDrop).toBeCloseTo(maxDrop, 12);
    const told = record.studies.map(({ told }) => {
      const { sentence, ...rest } = told!;
      expect(sentence).toMatch(/dense model|Fastest/);
      return rest;
    });
    expect(JSON.parse(JSON.stringify(told))).toEqual(devices);
    expect(record.differences).toEqual(differences);
    const { best } = await readFront(place.store, place.study, 'best');
    for (const point of record.studies[0]!.points!) {
      const { judged, speedup, speedupCi, latencyMs } = best.find(({ trial }) => trial === point.trial)!;
      expect(point).toMatchObject({ speedup, speedupCi, latencyMs });
      expect(point.change).toBeCloseTo(-judged.drop, 12);
      expect(point.changeCi[1] - point.change).toBeCloseTo(judged.halfWidth, 12);
    }
  });

  test('studies of other networks have no ranks to be compared; one that is not measured has no figures', async () => {
    const other = await copyStudy(place.store, place.study, {
      name: 'other net',
      model: { path: 'x', sha256: 'e'.repeat(64) },
    });
    const { id: _, state: __, createdAtMs: ___, ...same } = place.study;
    await place.store.studies.create({ ...same, name: 'begun' });
    const record = await compare(source, { studies: JSON.stringify([study, other.name, 'begun']) });
    expect(record.differences).toBeNull();
    expect(record.studies.map(({ points }) => points?.length ?? null)).toEqual([5, 5, null]);
    expect(record.studies[2]!.told).toBeNull();
    await expect(compare(source, { drop: '-1' })).rejects.toThrow(BadQuery);
    await expect(compare(source, { drop: 'x' })).rejects.toThrow(BadQuery);
  });

  test('names that are no list of names name nothing', () => {
    for (const text of [undefined, '', 'a,b', '{"a":1}', '[1]', '["a"']) expect(namesIn(text)).toBeNull();
    expect(namesIn('["a","b,c","a"]')).toEqual(['a', 'b,c']);
  });
});

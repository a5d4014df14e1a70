/** Every kind of site: candidates against the dense model, both run by onnxruntime. */
import { describe, expect, test } from 'vitest';
import { weightBlock } from '../../src/decompose/block.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import { type Rung, rungOf } from '../../src/decompose/method.ts';
import { rungMacs, rungParams } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { factorsOf, fullRung, relativeError, run, uniform } from './networks.ts';
import { type KindCase, kindCases, trueRank } from './site-kinds.ts';

const tolerance = 2e-5;

async function expectExact({ model, input }: Omit<KindCase, 'name' | 'kind'>, site: Site, rung: Rung): Promise<void> {
  const x = uniform(
    seededRng(7),
    input.reduce((a, b) => a * b, 1),
  );
  const candidate = buildCandidate(model, [site], factorsOf(model, [site]), { [site.name]: rung });
  const [dense, found] = [await run(model, input, x), await run(candidate, input, x)];
  expect(relativeError(dense[0]!, found[0]!), `${site.name} as ${rung.method}`).toBeLessThan(tolerance);
  const [before, after] = [modelCost(model), modelCost(candidate)];
  expect(after.unknown).toEqual([]);
  expect(after.macs - before.macs, 'macs').toBe(rungMacs(site, rung) - site.macs);
  expect(after.params - before.params, 'params').toBe(rungParams(site, rung) - site.params);
}

const siteOf = (model: Model): Site => {
  const { sites, rejected } = findSites(model, inferShapes(model.graph, model.opsets));
  expect(rejected).toEqual([]);
  expect(sites).toHaveLength(1);
  return sites[0]!;
};

describe.each(kindCases(seededRng(3)))('$name', ({ kind, ...each }) => {
  test('is a site that full rank reproduces, by every method', async () => {
    const site = siteOf(each.model);
    expect(site.kind).toBe(kind);
    for (const method of site.methods) await expectExact(each, site, fullRung(site, method));
  });

  test('with a weight of rank 4 is exact at rank 4, for fewer multiply-accumulates', async () => {
    const site = siteOf(each.model);
    for (const method of site.methods) {
      const rung = rungOf(method, method === 'tucker2' ? [trueRank, trueRank] : trueRank);
      expect(rungMacs(site, rung), method).toBeLessThan(site.macs);
      await expectExact(each, site, rung);
    }
  });

  test('has a block that holds every number of the weight once', () => {
    const site = siteOf(each.model);
    const stored = [...each.model.graph.initializers.values()].find(({ name }) => name === 'w' || name === 'v')!;
    const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
    expect(sorted(weightBlock(each.model, site).data)).toEqual(
      sorted(new Float32Array(new Uint8Array(stored.bytes).buffer)),
    );
  });
});

describe.each([7, 8, 9, 10, 11, 12])('a network of opset %i and IR 3, whose constants are inputs too', opset => {
  const cases = kindCases(seededRng(opset), opset);

  test.each(cases)('$name', async ({ model, ...each }) => {
    // Through the file, so that constants become inputs as an old exporter lists them.
    const old = readModel(writeModel({ ...model, irVersion: 3 }), { name: 'old.onnx' });
    const site = siteOf(old);
    for (const method of site.methods) await expectExact({ ...each, model: old }, site, fullRung(site, method));
  });
});

/** The networks of the shared folder: every site, by every method, at full rank. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { weightBlock } from '../../src/decompose/block.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { factorise } from '../../src/decompose/factorise.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import { type Assignment, methodNames } from '../../src/decompose/method.ts';
import { rungMacs, rungParams } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import { readModel } from '../../src/onnx/read.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { seededRng } from '../../src/random/rng.ts';
import { fullRung, relativeError, run, uniform } from './networks.ts';

const models = new URL('../../../shared/assets/models/', import.meta.url);
const networks = [
  { file: 'resnet20.bn.onnx', size: 32, sites: 20 },
  { file: 'resnet20.onnx', size: 32, sites: 20 },
  { file: 'resnet56.bn.onnx', size: 32, sites: 56 },
  { file: 'resnet18-hybrid.bn.onnx', size: 224, sites: 21 },
  { file: 'mobilenet_v1_0.75_224.bn.onnx', size: 224, sites: 15 },
];

for (const { file, size, sites: count } of networks) {
  const path = fileURLToPath(new URL(file, models));
  test.skipIf(!existsSync(path))(
    `${file} (skipped where the shared networks are absent)`,
    { timeout: 120_000 },
    async () => {
      const model = readModel(readFileSync(path), { name: file });
      const { sites, rejected } = findSites(model, inferShapes(model.graph, model.opsets));
      expect(sites).toHaveLength(count);
      for (const { reason } of rejected) expect(reason).toMatch(/^depthwise/);
      const dims = [1, 3, size, size];
      const x = uniform(seededRng(1), 3 * size * size);
      const [dense] = await run(model, dims, x);
      const denseCost = modelCost(model);
      for (const method of methodNames) {
        const chosen = sites.filter(site => site.methods.includes(method));
        if (chosen.length === 0) continue;
        const assignment: Assignment = Object.fromEntries(chosen.map(site => [site.name, fullRung(site, method)]));
        const siteOf = (name: string): Site => sites.find(site => site.name === name)!;
        const candidate = buildCandidate(
          model,
          sites,
          (name, how) => factorise(weightBlock(model, siteOf(name)), how),
          assignment,
        );
        const [logits] = await run(candidate, dims, x);
        expect(relativeError(dense!, logits!), method).toBeLessThan(1e-4);
        const { macs, params } = modelCost(candidate);
        const sum = (of: (site: Site) => number): number => chosen.reduce((total, site) => total + of(site), 0);
        expect(macs - denseCost.macs).toBe(sum(site => rungMacs(site, fullRung(site, method)) - site.macs));
        expect(params - denseCost.params).toBe(sum(site => rungParams(site, fullRung(site, method)) - site.params));
      }
    },
  );
}

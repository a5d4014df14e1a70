/** The spaces that ship and the proposed ones, on the networks of the shared folder. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findSites } from '../../src/decompose/find-sites.ts';
import { readModel } from '../../src/onnx/read.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { proposeSpace } from '../../src/space/propose.ts';
import { resolveSpace } from '../../src/space/resolve.ts';
import { cifarResNet, mobileNetV1, resNet18 } from './sites.ts';

const models = new URL('../../../shared/assets/models/', import.meta.url);
const spaces = new URL('../../search-spaces/', import.meta.url);

const networks = [
  { file: 'resnet20.bn.onnx', space: 'resnet20.yaml', chosen: 18, written: cifarResNet(3) },
  { file: 'resnet20.onnx', space: 'resnet20.yaml', chosen: 18, written: cifarResNet(3) },
  { file: 'resnet56.bn.onnx', space: 'resnet56.yaml', chosen: 54, written: cifarResNet(9) },
  { file: 'resnet18-hybrid.bn.onnx', space: 'resnet18.yaml', chosen: 19, written: resNet18() },
  { file: 'mobilenet_v1_0.75_224.bn.onnx', space: 'mobilenet-v1.yaml', chosen: 14, written: mobileNetV1(0.75) },
];

for (const { file, space, chosen, written } of networks) {
  const path = fileURLToPath(new URL(file, models));
  test.skipIf(!existsSync(path))(`${file} (skipped where the shared networks are absent)`, () => {
    const model = readModel(readFileSync(path), { name: file });
    const { sites, rejected } = findSites(model, inferShapes(model.graph, model.opsets));
    // The networks that other tests write down by hand are the real ones.
    expect(sites.map(({ name, macs }) => [name, macs])).toEqual(written.map(({ name, macs }) => [name, macs]));
    const shipped = parseSearchSpace(readFileSync(new URL(space, spaces), 'utf8'), space);
    expect(resolveSpace(shipped, sites, 16, rejected).sites).toHaveLength(chosen);
    const text = proposeSpace(sites, { granularity: 16, modelName: file, rejected });
    const proposed = resolveSpace(parseSearchSpace(text, 'proposed.yaml'), sites, 16, rejected);
    expect(proposed.sites.length).toBeGreaterThan(0.7 * sites.length);
    for (const { ladder } of proposed.sites) {
      expect(ladder.length).toBeGreaterThanOrEqual(6);
      expect(ladder.length).toBeLessThanOrEqual(10);
    }
  });
}

import { expect, test } from 'vitest';
import { resolveSizes } from '../../src/device/free-dimensions.ts';
import type { Shape } from '../../src/onnx/graph.ts';

const sizesOf = (shape: Shape, inputShape: Readonly<Record<string, number>> = {}, batchSize = 2) => {
  const found = resolveSizes([{ name: 'x', shape }], { batchSize, inputShape });
  return found.kind === 'sizes' ? found.shapes.get('x') : `${found.problem}. ${found.wayOut}`;
};

test('sizes by name, and by axis where two have one name or none', () => {
  expect(sizesOf(['N', 3, 'h', 'w'], { h: 48, w: 320 })).toEqual([2, 3, 48, 320]);
  expect(sizesOf(['N', 3, 's', 's'], { s: 224 })).toEqual([2, 3, 224, 224]);
  expect(sizesOf(['N', 3, 's', 's'], { 'x:2?': 48, 'x:3?': 320 })).toEqual([2, 3, 48, 320]);
  expect(sizesOf(['?', 3, '?', '?'], { 'x:2?': 48, 'x:3?': 320 })).toEqual([2, 3, 48, 320]);
  expect(sizesOf([-1, 3, 48, -1], { 'x:3?': 320 })).toEqual([2, 3, 48, 320]);
  expect(sizesOf([null, 3, null, 320], { 'x:2?': 48 })).toEqual([2, 3, 48, 320]);
});

test('a name that is none does not make height and width the batch', () => {
  expect(sizesOf(['?', 3, '?', '?'])).toMatch(
    /dynamic size "x:2\?" that nobody gave\. .*inputShape: \{ "x:2\?": 224 \}/,
  );
});

test('says how sizes of one name are given apart', () => {
  expect(sizesOf(['N', 3, 's', 's'])).toMatch(
    /inputShape: \{ "s": 224 \}, or by axis, inputShape: \{ "x:2\?": 224, "x:3\?": 224 \}\.$/,
  );
});

import { describe, expect, it } from 'vitest';
import type { ElementType, Shape } from '../../src/onnx/graph.ts';
import { outputsOf } from '../../src/onnx/outputs.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { buildModel } from './build.ts';

type Given = readonly [name: string, shape: Shape | null, elementType?: ElementType];

/** The judged outputs of a network whose outputs are inputs passed on, so that each has the shape given. */
function judgedOf(outputs: readonly Given[]): string {
  const model = buildModel({
    inputs: outputs.map(([name, shape, elementType = 'float32']) => ({ name: `in_${name}`, shape, elementType })),
    outputs: outputs.map(([name, , elementType = 'float32']) => ({ name, elementType })),
    nodes: outputs.map(([name]) => ({ op: 'Identity', inputs: [`in_${name}`], outputs: [name] })),
  });
  const { judged, unjudged } = outputsOf(model.graph, inferShapes(model.graph, model.opsets));
  expect([...judged, ...unjudged].sort()).toEqual(outputs.map(([name]) => name).sort());
  return judged.join(' ');
}

describe('the outputs that are judged', () => {
  const cases: readonly (readonly [what: string, outputs: readonly Given[], judged: string])[] = [
    ['one row of scores', [['y', ['N', 10]]], 'y'],
    [
      'every head of one batch',
      [1, 2, 3, 4, 5].map(i => [`digit${i}`, ['N', 36]] as const),
      'digit1 digit2 digit3 digit4 digit5',
    ],
    [
      'a map is none',
      [
        ['mask', ['N', 8, 16, 16]],
        ['y', ['N', 10]],
      ],
      'y',
    ],
    [
      'scores with sizes of 1 behind them',
      [
        ['y', ['N', 10, 1, 1]],
        ['z', ['N', 4]],
      ],
      'y z',
    ],
    [
      'one number per image is none',
      [
        ['loss', ['N', 1]],
        ['y', ['N', 10]],
        ['age', ['N', 1]],
      ],
      'y',
    ],
    [
      'whole numbers are none',
      [
        ['best', ['N', 5], 'int64'],
        ['y', ['N', 10]],
      ],
      'y',
    ],
    [
      'rows of another batch are none',
      [
        ['y', ['N', 10]],
        ['boxes', ['M', 4]],
        ['fixed', [100, 4]],
      ],
      'y',
    ],
    [
      'a further width that is not known is none',
      [
        ['y', ['N', 'classes']],
        ['z', ['N', 'k']],
      ],
      'y',
    ],
    [
      'a fixed batch',
      [
        ['y', [8, 10]],
        ['z', [8, 3]],
        ['w', [1, 3]],
      ],
      'y z',
    ],
    [
      'nothing known of the first',
      [
        ['y', null],
        ['mask', ['N', 8, 16, 16]],
      ],
      'y',
    ],
    [
      'none at all',
      [
        ['a', ['N', 8, 16, 16]],
        ['b', ['N', 1]],
      ],
      '',
    ],
  ];
  it.each(cases)('%s', (_, outputs, judged) => expect(judgedOf(outputs)).toBe(judged));
});

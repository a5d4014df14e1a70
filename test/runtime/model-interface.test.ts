import { describe, expect, it } from 'vitest';
import { modelInterface, type TensorDescription } from '../../src/runtime/model-interface.ts';

const tensor = (name: string, shape: TensorDescription['shape'], type = 'float32'): TensorDescription => ({
  name,
  type,
  shape,
});
const image = tensor('x', ['N', 3, 224, 224]);
const scores = tensor('y', ['N', 1000]);

describe('modelInterface', () => {
  it('reads the sizes of an image input', () => {
    expect(modelInterface([image], [scores])).toEqual({
      state: 'complete',
      value: {
        input: { name: 'x', type: 'float32', layout: 'nchw', batch: null, height: 224, width: 224 },
        output: 'y',
        classes: 1000,
      },
    });
    expect(modelInterface([tensor('x', [8, 160, 192, 3], 'float16')], [scores])).toMatchObject({
      value: { input: { type: 'float16', layout: 'nhwc', batch: 8, height: 160, width: 192 } },
    });
    // ONNX Runtime writes -1 for a dynamic size without a name.
    expect(modelInterface([tensor('x', [-1, 3, -1, -1])], [scores])).toMatchObject({
      value: { input: { layout: 'nchw', batch: null, height: null, width: null } },
    });
  });
  it.each([
    [[tensor('f', ['N', 64, 7, 7]), scores], 'y', 1000],
    [[tensor('z', ['N', 10, 1, 1])], 'z', 10],
    [[tensor('loss', ['N', 1]), scores], 'y', 1000],
    [[tensor('z', [])], 'z', null],
    [[tensor('z', ['N', 'classes'])], 'z', null],
  ])('finds the class scores among %j', (outputs, output, classes) => {
    expect(modelInterface([image], outputs)).toMatchObject({ value: { output, classes } });
  });
  it.each([
    [[image, tensor('mask', ['N', 1])], [scores], /expected one input, an image, found 2 \(x, mask\)/],
    [[tensor('x', ['N', 1, 28, 28])], [scores], /3 channels \(R, G, B\), found float32 \[N, 1, 28, 28\]/],
    [[tensor('ids', ['N', 128], 'int64')], [scores], /to be N x 3 x H x W, found int64 \[N, 128\]/],
    [[tensor('x', ['N', 3, 8, 8], 'float64')], [scores], /float32, float16 or uint8, found float64/],
    [[image], [], /it has no output/],
  ])('refuses %j', (inputs, outputs, message) => {
    const attempt = modelInterface(inputs, outputs);
    expect(attempt.state === 'failed' && attempt.detail).toMatch(message);
  });
});

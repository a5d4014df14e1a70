import { describe, expect, it } from 'vitest';
import { networkInterface, onlyImage, type TensorDescription } from '../../src/runtime/model-interface.ts';

const tensor = (name: string, shape: TensorDescription['shape'], type = 'float32'): TensorDescription => ({
  name,
  type,
  shape,
});
const image = tensor('x', ['N', 3, 224, 224]);
const scores = tensor('y', ['N', 1000]);

describe('the interface of a network', () => {
  it('reads the sizes of an image input', () => {
    expect(networkInterface([image], [scores])).toEqual({
      state: 'complete',
      value: { inputs: [image], output: 'y', classes: 1000, outputs: ['y'] },
    });
    expect(onlyImage([image])).toMatchObject({
      value: { name: 'x', type: 'float32', layout: 'nchw', batch: null, height: 224, width: 224 },
    });
    expect(onlyImage([tensor('x', [8, 160, 192, 3], 'float16')])).toMatchObject({
      value: { type: 'float16', layout: 'nhwc', batch: 8, height: 160, width: 192 },
    });
    // ONNX Runtime writes -1 for a dynamic size without a name.
    expect(onlyImage([tensor('x', [-1, 3, -1, -1])])).toMatchObject({
      value: { layout: 'nchw', batch: null, height: null, width: null },
    });
  });
  it.each([
    [['N', 1, 28, 30], 'nchw', 1, 28, 30],
    [['N', 28, 30, 1], 'nhwc', 1, 28, 30],
    [['N', 4, 28, 30], 'nchw', 4, 28, 30],
    [['N', 'H', 'W', 4], 'nhwc', 4, null, null],
    [['N', 1, 48, 3], 'nhwc', 3, 1, 48],
    [['N', 'C', 'H', 'W'], 'nchw', 3, null, null],
  ] as const)('reads %j as an image', (shape, layout, channels, height, width) => {
    for (const type of ['float32', 'uint8', 'uint16'])
      expect(onlyImage([tensor('x', shape, type)])).toMatchObject({ value: { layout, channels, height, width, type } });
  });
  it.each([
    [[tensor('f', ['N', 64, 7, 7]), scores], 'y', 1000],
    [[tensor('z', ['N', 10, 1, 1])], 'z', 10],
    [[tensor('loss', ['N', 1]), scores], 'y', 1000],
    [[tensor('z', [])], 'z', null],
    [[tensor('z', ['N', 'classes'])], 'z', null],
  ])('finds the class scores among %j', (outputs, output, classes) => {
    expect(networkInterface([image], outputs)).toMatchObject({ value: { output, classes } });
  });
  it.each([
    [[image, tensor('mask', ['N', 1])], [scores], /expected one input, an image, found 2 \(x, mask\)/],
    [[tensor('x', ['N', 2, 28, 28])], [scores], /1, 3 or 4 channels, found float32 \[N, 2, 28, 28\]/],
    [[tensor('ids', ['N', 128], 'int64')], [scores], /to be N x C x H x W, found int64 \[N, 128\]/],
    [[tensor('x', ['N', 3, 8, 8], 'float64')], [scores], /float32, float16, uint8 or uint16, found float64/],
    [[image], [], /it has no output/],
  ])('refuses %j', (inputs, outputs, message) => {
    const found = networkInterface(inputs, outputs);
    const attempt = found.state === 'failed' ? found : onlyImage(inputs);
    expect(attempt.state === 'failed' && attempt.detail).toMatch(message);
  });
});

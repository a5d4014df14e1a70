import { describe, expect, test } from 'vitest';
import { rejection, runtimeLine } from '../../src/errors/runtime-error.ts';

const running = (opType: string, name: string, status: string): Error =>
  new Error(`Non-zero status code returned while running ${opType} node. Name:'${name}' Status Message: ${status}`);

test.each([
  [
    'Load model from /tmp/rankfront-aB3dE6/dense.onnx failed:Fatal error: org.example:Foo(-1) is not a registered function/op',
    'Fatal error: org.example:Foo(-1) is not a registered function/op',
  ],
  ['Load model from /tmp/x/dense.onnx failed:Protobuf parsing failed.', 'Protobuf parsing failed.'],
  ["Load model C:\\\\tmp\\\\dense.onnx failed. File doesn't exist", "File doesn't exist"],
])('names no file of ours: %s', (message, line) => expect(runtimeLine(new Error(message))).toBe(line));

describe('the line of a runtime error that matters', () => {
  // Messages of onnxruntime-node 1.30 as they were thrown; the last two by its WebGPU and CUDA providers' forms.
  test.each([
    [
      running(
        'Add',
        'Add_y',
        '/onnxruntime_src/onnxruntime/core/providers/cpu/math/element_wise_ops.h:563 void onnxruntime::BroadcastIterator::Init(ptrdiff_t, ptrdiff_t) axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other than 1. 2 by 3\n',
      ),
      'Add "Add_y": Attempting to broadcast an axis by a dimension other than 1. 2 by 3',
    ],
    [
      running('MatMul', 'MatMul_y', 'matmul_helper.h:59 Compute MatMul dimension mismatch'),
      'MatMul "MatMul_y": MatMul dimension mismatch',
    ],
    [running('Conv', 'Conv_y', 'Invalid input shape: {2,2}'), 'Conv "Conv_y": Invalid input shape: {2,2}'],
    [
      running(
        'Expand',
        "it's",
        '/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 70368744177664\n',
      ),
      'Expand "it\'s": Failed to allocate memory for requested buffer of size 70368744177664',
    ],
    [
      running(
        'Reshape',
        '',
        '/o/reshape_helper.h:91 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, std::function<void(int)>) size == requested was false. The input tensor cannot be reshaped (at all)\nStacktrace:\n#0 somewhere\n',
      ),
      'Reshape: The input tensor cannot be reshaped (at all)',
    ],
    [
      running(
        'Scan',
        's',
        '/o/scan.cc:7 virtual onnxruntime::Status onnxruntime::Scan<9>::Compute(onnxruntime::OpKernelContext*) const [with T = float] feeds.size() == 2 was false.',
      ),
      'Scan "s": feeds.size() == 2 was false.',
    ],
    [
      new Error(
        'Got invalid dimensions for input: a for the following indices\n index: 0 Got: 1 Expected: 2\n Please fix it.',
      ),
      'Got invalid dimensions for input: a for the following indices index: 0 Got: 1 Expected: 2 Please fix it.',
    ],
    [
      new Error(
        '/o/webgpu/nn/pool.cc:31 onnxruntime::webgpu::Pool<T, is_nhwc>::Pool(const onnxruntime::OpKernelInfo&) [with PoolType = onnxruntime::MaxPool<8>; bool is_nhwc = false] The Indices output is not supported yet.',
      ),
      'The Indices output is not supported yet.',
    ],
    [
      running(
        'Conv',
        'c',
        'CUDNN failure 4: CUDNN_STATUS_INTERNAL_ERROR ; GPU=0 ; hostname=box ; file=/o/cuda_call.cc ; line=9',
      ),
      'Conv "c": CUDNN failure 4: CUDNN_STATUS_INTERNAL_ERROR',
    ],
    ['plain text', 'plain text'],
  ])('%#', (error, line) => {
    expect(runtimeLine(error)).toBe(line);
  });

  test('has an end', () => {
    expect(runtimeLine(new Error('x'.repeat(1000)))).toBe(`${'x'.repeat(297)}...`);
  });
});

test('an allocation that failed is told apart, wherever the message says so', () => {
  const memory = running('Conv', 'c', `${'x'.repeat(500)} Failed to allocate memory`);
  expect(rejection('cannot run', memory)).toMatchObject({ state: 'failed', reason: 'out-of-memory' });
  expect(rejection('cannot run', new Error('no'))).toEqual({
    state: 'failed',
    reason: 'runtime-rejected',
    detail: 'cannot run: no',
  });
});

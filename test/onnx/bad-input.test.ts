import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { loadModel } from '../../src/host/model-file.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import type { ReadOptions } from '../../src/onnx/read-context.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { join, lengthDelimited } from '../../src/onnx/wire.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { buildModel, type TinyModel } from './build.ts';

/** The error that reading gives; its text must name the file, be one line, and end with the way out. */
function refusal(bytes: Uint8Array, options: Partial<ReadOptions> = {}): string {
  try {
    readModel(bytes, { name: 'some/model.onnx', ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message, wayOut } = error as UserError;
    expect(message).toMatch(/^Cannot read "some\/model\.onnx": [^\n]+\. [^\n]+\.$/);
    expect(wayOut.length).toBeGreaterThan(10);
    return message;
  }
  return 'was read';
}

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const parts: TinyModel = {
  inputs: [{ name: 'x', shape: ['n', 2] }],
  outputs: ['y'],
  initializers: [floatTensor('w', [2, 2], new Float32Array([1, 2, 3, 4]))],
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
};
const good = writeModel(buildModel(parts));
const changed = (change: Partial<TinyModel>): Uint8Array => writeModel(buildModel({ ...parts, ...change }));

describe('files that are something else', () => {
  const padded = (text: string): Uint8Array => latin(text + '\0\x01\xfe\x80'.repeat(50));
  it.each([
    ['a PNG file', padded('\x89PNG\r\n\x1a\n')],
    ['a JPEG file', padded('\xff\xd8\xff\xe0')],
    ['a ZIP archive', padded('PK\x03\x04')],
    ['a Python pickle', padded('\x80\x02}q')],
    ['an HDF5', padded('\x89HDF\r\n\x1a\n')],
    ['a TFLite file', padded('\x1c\0\0\0TFL3')],
    ["a model in onnxruntime's own format", padded('\x1c\0\0\0ORTM')],
    ['a safetensors file', padded('\x40\0\0\0\0\0\0\0{"__metadata__"')],
    ['a NumPy array', padded('\x93NUMPY')],
    ['a gzip file', padded('\x1f\x8b\x08')],
    ['a Git LFS pointer', latin('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n')],
    ['a web page', latin('<!DOCTYPE html>\n<html><body>404</body></html>')],
    ['a text file', latin('name: resnet\nlayers: 18\n')],
  ])('%s is named', (kind, bytes) => {
    expect(refusal(bytes)).toContain(`expected an ONNX ModelProto, found ${kind}`);
  });

  it('nothing at all', () => {
    expect(refusal(new Uint8Array(0))).toContain('found an empty file');
  });

  it('random bytes', () => {
    let state = 1;
    const random = Uint8Array.from({ length: 5000 }, () => {
      state = (state * 48271) % 0x7fffffff;
      return state & 0xff;
    });
    expect(refusal(random)).toContain('expected an ONNX ModelProto, found ');
  });

  it('another protobuf message', () => {
    expect(refusal(Uint8Array.from([0x08, 5, 0x12, 3, 65, 66, 67]))).toMatch(
      /a damaged one \(a message with no graph\)/,
    );
    expect(refusal(join(lengthDelimited(7, [])))).toContain('found 2 bytes of something else');
  });

  it('a model that ends early, wherever it ends, is said to', () => {
    for (let length = 3; length < good.length; length += 5) {
      // Where a message ends between two fields of the model, what is left may be a model without its last fields.
      expect(refusal(good.subarray(0, length))).toMatch(/cut off|no graph|opset 7 to/);
    }
  });
});

describe('versions', () => {
  it.each([6, 1, 27, 99])('opset %i is refused', opset => {
    expect(refusal(changed({ opset }))).toContain(`expected opset 7 to 26, found ${opset}.`);
  });
  it.each([7, 11, 17, 26])('opset %i is read', opset => {
    expect(refusal(changed({ opset }))).toBe('was read');
  });
  it.each([1, 2, 14])('IR version %i is refused', irVersion => {
    expect(refusal(changed({ irVersion }))).toContain(`expected IR version 3 to 13, found ${irVersion}.`);
  });
});

describe('quantised models', () => {
  it('with integers for weights alone are refused by the name of the first', () => {
    const bytes = changed({
      nodes: [
        { op: 'Relu', inputs: ['x'], outputs: ['r'] },
        { op: 'DequantizeLinear', inputs: ['w', 'w'], outputs: ['v'], name: 'layer1/weight' },
        { op: 'MatMul', inputs: ['r', 'v'], outputs: ['y'] },
      ],
    });
    expect(refusal(bytes)).toMatch(
      /quantised \(1 nodes such as DequantizeLinear, the first of them "layer1\/weight"\): its weights are stored as integers/,
    );
  });
  it.each([
    ['QuantizeLinear', ''],
    ['DequantizeLinear', ''],
    ['DynamicQuantizeLinear', ''],
    ['QLinearConv', ''],
    ['ConvInteger', ''],
    ['MatMulInteger', ''],
    ['QGemm', 'com.microsoft'],
    ['MatMulIntegerToFloat', 'com.microsoft'],
    ['MatMulNBits', 'com.microsoft'],
    ['QLinearAdd', 'com.microsoft'],
  ])('%s is refused with the reason', (op, domain) => {
    const bytes = changed({ nodes: [{ op, domain, inputs: ['x', 'w'], outputs: ['y'] }] });
    expect(refusal(bytes)).toMatch(new RegExp(`quantised \\(1 nodes such as ${op}\\b.* Give the float32`));
  });
  it.each([
    ['QuantizeLinear', 'org.example'],
    ['QuickGelu', 'com.microsoft'],
  ])('%s of %s is none of them', (op, domain) => {
    expect(refusal(changed({ nodes: [{ op, domain, inputs: ['x', 'w'], outputs: ['y'] }] }))).toBe('was read');
  });
});

describe('constants', () => {
  it.each([
    ['NaN', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['infinite', Number.NEGATIVE_INFINITY],
  ])('a weight that is %s is named', (kind, value) => {
    for (const type of ['float32', 'float16'] as const) {
      const initializers = [floatTensor('w', [2, 2], new Float32Array([1, 2, value, 4]), type)];
      expect(refusal(changed({ initializers }))).toContain(
        `constant "w" must hold finite numbers, and element 2 is ${kind}`,
      );
    }
  });

  it('an infinity that masks is none of our business', () => {
    const mask = floatTensor('w', [2], new Float32Array([0, Number.NEGATIVE_INFINITY]));
    expect(refusal(changed({ initializers: [mask], nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }] }))).toBe(
      'was read',
    );
  });

  it('NaN in a Constant node is found too', () => {
    const tensor = floatTensor('', [2, 2], new Float32Array([1, Number.NaN, 3, 4]));
    const nodes = [
      { op: 'Constant', inputs: [], outputs: ['w'], attributes: { value: { tensor } } },
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
    ];
    expect(refusal(changed({ initializers: [], nodes }))).toContain(
      'constant "w" must hold finite numbers, and element 1 is NaN',
    );
  });

  it('data that do not fit the dimensions', () => {
    const tensor = floatTensor('w', [2, 2], new Float32Array(4));
    expect(refusal(changed({ initializers: [{ ...tensor, dims: [2, 3] }] }))).toContain(
      'constant "w" of [2,3] needs 24 bytes, found 16',
    );
    expect(refusal(changed({ initializers: [{ ...tensor, dims: [2 ** 40, 2 ** 40] }] }))).toContain(
      'impossible dimensions',
    );
    expect(refusal(changed({ initializers: [{ ...tensor, dims: [-1, 4] }] }))).toContain('impossible dimensions');
  });
});

describe('data in other files', () => {
  const data = new Uint8Array(new Float32Array([9, 9, 1, 2, 3, 4]).buffer);
  const external = (entries: Record<string, string>): Uint8Array => withExternalWeight(buildModel(parts), entries);
  const folder = { external: (location: string) => (location === 'weights/w.bin' ? data : null) };

  it('are read, and written inside', () => {
    const bytes = external({ location: 'weights/w.bin', offset: '8', length: '16' });
    const model = readModel(bytes, { name: 'external', ...folder });
    expect([...new Float32Array(new Uint8Array(model.graph.initializers.get('w')!.bytes).buffer)]).toEqual([
      1, 2, 3, 4,
    ]);
    const again = readModel(writeModel(model), { name: 'inside' });
    expect(again.graph.initializers.get('w')!.bytes).toEqual(model.graph.initializers.get('w')!.bytes);
    expect(refusal(external({ location: 'weights/w.bin', offset: '8' }), folder)).toBe('was read');
  });

  it('are ordinary files: a pipe would be waited for, and a device has no end', () => {
    const place = mkdtempSync(joinPath(tmpdir(), 'rankfront-external-'));
    const at = (name: string): string => joinPath(place, name);
    writeFileSync(at('m.onnx'), external({ location: 'w.bin', offset: '8', length: '16' }));
    writeFileSync(at('w.bin'), data);
    expect(loadModel(at('m.onnx')).files.map(file => file.replace(/^.*\//, ''))).toEqual(['m.onnx', 'w.bin']);
    rmSync(at('w.bin'));
    execFileSync('mkfifo', [at('w.bin')]);
    expect(() => loadModel(at('m.onnx'))).toThrow(/the data of the model .*found a named pipe/);
    rmSync(at('w.bin'));
    symlinkSync('/dev/zero', at('w.bin'));
    expect(() => loadModel(at('m.onnx'))).toThrow(/"w.bin" of constant "w" is not there/);
    rmSync(place, { recursive: true });
  });

  it.each([
    '/etc/passwd',
    '..',
    '../w.bin',
    'a/../../w.bin',
    '..\\w.bin',
    'a\\..\\..\\w',
    'C:\\w.bin',
    'c:w',
    '\\\\host\\share',
    '',
    'a\0b',
  ])('the path %j leaves the folder or is none, and is not opened', location => {
    const opened: string[] = [];
    const bytes = external({ location });
    const open = (path: string): Uint8Array => {
      opened.push(path);
      return data;
    };
    expect(refusal(bytes, { external: open })).toContain("must lie in the model's folder");
    expect(opened).toEqual([]);
  });

  it('must be there, and long enough', () => {
    expect(refusal(external({ location: 'other.bin' }), folder)).toContain(
      'the data file "other.bin" of constant "w" is not there',
    );
    expect(refusal(external({ location: 'weights/w.bin' }))).toContain('is not there');
    const late = external({ location: 'weights/w.bin', offset: '16' });
    expect(refusal(late, folder)).toContain('must hold 32 bytes for constant "w" and holds 24');
    for (const offset of ['-8', '1e3', 'x', '9'.repeat(30)]) {
      expect(refusal(external({ location: 'weights/w.bin', offset }), folder)).toContain('no whole number');
    }
    expect(refusal(external({ location: 'weights/w.bin', length: '4' }), folder)).toContain('needs 16 bytes, found 4');
  });
});

describe('graphs that cannot run', () => {
  const relu = (from: string, to: string) => ({ op: 'Relu', inputs: [from], outputs: [to] });
  it.each([
    ['a value that nothing defines', [relu('z', 'y')], 'reads "z", which nothing defines'],
    ['the wrong order', [relu('h', 'y'), relu('x', 'h')], 'reads "h" before it is defined'],
    ['a node that reads itself', [relu('y', 'y')], 'which depends on that very node'],
    ['a cycle', [relu('b', 'a'), relu('a', 'b'), relu('x', 'y')], 'which depends on that very node'],
    ['a value defined twice', [relu('x', 'y'), relu('x', 'y')], 'the value "y" is defined twice'],
    ['an input defined again', [relu('x', 'x'), relu('x', 'y')], 'the value "x" is defined twice'],
    ['an output that nothing defines', [relu('x', 'h')], 'nothing defines the output "y"'],
    ['a node without an operator', [{ op: '', inputs: ['x'], outputs: ['y'] }], 'names no operator'],
  ])('%s', (_, nodes, message) => {
    expect(refusal(changed({ nodes }))).toContain(message);
  });

  it('no output', () => {
    expect(refusal(changed({ outputs: [] }))).toContain('the graph has no output');
  });

  it('two constants of one name', () => {
    const model = readModel(good, { name: 'good' });
    const constant = (model.graph.initializers.get('w')!.source as { message: Uint8Array }).message;
    const graph = [(model.graph.source as { message: Uint8Array }).message, ...lengthDelimited(5, [constant])];
    const bytes = join([Uint8Array.from([8, 8, 0x42, 2, 0x10, 17]), ...lengthDelimited(7, graph)]);
    expect(refusal(bytes)).toContain('two constants have the name "w"');
  });

  it('a chain of a hundred thousand nodes is no problem', () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) =>
      relu(i === 0 ? 'x' : `h${i}`, i === 99_999 ? 'y' : `h${i + 1}`),
    );
    expect(refusal(changed({ nodes }))).toBe('was read');
    const [first, ...rest] = nodes;
    expect(refusal(changed({ nodes: [{ ...first!, inputs: ['y'] }, ...rest] }))).toContain('depends on that very node');
  });

  it('bodies nested in bodies are followed to a depth and not beyond', () => {
    // A graph of one node "If" whose attribute holds a graph of one node "If", and so on.
    let graph: Uint8Array = new Uint8Array(0);
    const nested = (depth: number): Uint8Array => {
      for (let i = 0; i < depth; i++) {
        const attribute = join([...lengthDelimited(1, [latin('then_branch')]), ...lengthDelimited(6, [graph])]);
        const node = join([...lengthDelimited(4, [latin('If')]), ...lengthDelimited(5, [attribute])]);
        graph = join(lengthDelimited(1, [node]));
      }
      const output = join(lengthDelimited(12, [join(lengthDelimited(1, [latin('x')]))]));
      const input = join(lengthDelimited(11, [join(lengthDelimited(1, [latin('x')]))]));
      return join([Uint8Array.from([8, 8, 0x42, 2, 0x10, 17]), ...lengthDelimited(7, [graph, input, output])]);
    };
    expect(refusal(nested(20))).toBe('was read');
    expect(refusal(nested(2000))).toContain('nested more than');
  });
});

describe('files made to exhaust the memory', () => {
  const times = (pattern: readonly number[], count: number): Uint8Array =>
    Uint8Array.from({ length: pattern.length * count }, (_, i) => pattern[i % pattern.length]!);
  const file = (...graph: Uint8Array[]): Uint8Array =>
    join([Uint8Array.from([8, 8, 0x42, 2, 0x10, 17]), ...lengthDelimited(7, graph)]);
  const many = 1_200_000;
  it.each([
    ['empty nodes', () => file(times([0x0a, 0], many))],
    ['empty constants', () => file(times([0x2a, 0], many))],
    ['names of the graph', () => file(times([0x12, 0], many))],
    ['attributes of a node', () => file(...lengthDelimited(1, [times([0x2a, 0], many)]))],
    ['inputs of a node', () => file(...lengthDelimited(1, [times([0x0a, 0], many)]))],
    ['dimensions of a constant', () => file(...lengthDelimited(5, lengthDelimited(1, [times([1], 9_000_000)])))],
    ['notes of a constant', () => file(...lengthDelimited(5, [times([0x6a, 0], many)]))],
    [
      'axes of an input',
      () =>
        file(
          ...lengthDelimited(11, [
            join(lengthDelimited(2, lengthDelimited(1, lengthDelimited(2, [times([0x0a, 0], many)])))),
          ]),
        ),
    ],
    ['operator sets', () => join([Uint8Array.from([8, 8]), times([0x42, 0], many)])],
  ])('%s', (_, make) => {
    const bytes = make();
    const before = process.memoryUsage();
    expect(refusal(bytes)).toMatch(/more than|limit is/);
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown).toBeLessThan(400 * 2 ** 20);
  });
});

it('quantised operators in a body or in a function of the model are found', () => {
  const text = (number: number, value: string): Uint8Array => join(lengthDelimited(number, [latin(value)]));
  const quantise = text(4, 'QuantizeLinear');
  const inFunction = join([good, ...lengthDelimited(25, [text(1, 'f'), ...lengthDelimited(7, [quantise])])]);
  expect(refusal(inFunction)).toContain('quantised (1 nodes such as QuantizeLinear)');
  const damaged = join([good, ...lengthDelimited(25, lengthDelimited(7, [Uint8Array.from([0x0a, 9])]))]);
  expect(refusal(damaged)).toContain('bytes are missing at the end');
  const harmless = join([good, ...lengthDelimited(25, [text(1, 'f'), ...lengthDelimited(7, [text(4, 'Relu')])])]);
  expect(refusal(harmless)).toBe('was read');
  expect(Buffer.compare(writeModel(readModel(harmless, { name: 'f' })), harmless)).toBe(0);
});

it('a result beyond what one file can hold is refused before any memory is asked for', () => {
  const bytes = new Uint8Array(2 ** 30);
  const half = (name: string) => ({ name, dims: [2 ** 28], elementType: 'float32' as const, bytes });
  const model = buildModel({ ...parts, initializers: [half('w'), half('v')] });
  expect(() => writeModel(model)).toThrow(
    /one ONNX file holds at most 2147483647 bytes, and this one needs 2147483\d{3}/,
  );
});

/** The model with the data of `w` moved into another file. */
function withExternalWeight(model: Model, entries: Record<string, string>): Uint8Array {
  const text = (number: number, value: string): Uint8Array[] => lengthDelimited(number, [Buffer.from(value)]);
  const weight = join([
    Uint8Array.from([0x08, 2, 0x08, 2, 0x10, 1]),
    ...text(8, 'w'),
    ...Object.entries(entries).flatMap(([key, value]) => lengthDelimited(13, [...text(1, key), ...text(2, value)])),
    Uint8Array.from([0x70, 1]),
  ]);
  const rest = readModel(
    writeModel({ ...model, graph: { ...model.graph, initializers: new Map([['w', intTensor('w', [1], [0])]]) } }),
    { name: 'rest' },
  );
  const message = (source: object | undefined): Uint8Array => (source as { message: Uint8Array }).message;
  const graph = [
    ...lengthDelimited(1, [message(rest.graph.nodes[0]?.source)]),
    ...lengthDelimited(5, [weight]),
    ...lengthDelimited(11, [message(rest.graph.inputs[0]?.source)]),
    ...lengthDelimited(12, [message(rest.graph.outputs[0]?.source)]),
  ];
  return join([Uint8Array.from([8, 8, 0x42, 2, 0x10, 17]), ...lengthDelimited(7, graph)]);
}

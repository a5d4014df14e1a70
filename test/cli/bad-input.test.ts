/** What a tired person does at two in the morning: one clear sentence, the way out, exit status 2, and nothing lost. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Model, Shape } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { rankfront } from './rankfront.ts';
import { makeWorld, measuredProfile, smallNetwork, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = makeWorld();
  expect((await rankfront(world.search('--trials', '3'), world.env)).status).toBe(0);
}, 60_000);
afterAll(() => world.remove());

const at = (name: string): string => join(world.folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
/** The search of the world with some of its arguments replaced. */
const search = (replaced: Readonly<Record<string, string>>, ...more: string[]): string[] => {
  const args = world.search('--trials', '3', ...more);
  for (const [flag, value] of Object.entries(replaced)) {
    const position = args.indexOf(flag);
    if (position < 0) args.push(flag, value);
    else args[position + 1] = value;
  }
  return args;
};

const withAttribute = (name: string, value: readonly number[]): Model => {
  const model = smallNetwork(7);
  const [first, ...rest] = model.graph.nodes;
  if (!first) throw new Error('a network has a node');
  const attributes = new Map([...first.attributes, [name, { kind: 'ints', value }] as const]);
  return { ...model, graph: { ...model.graph, nodes: [{ ...first, attributes }, ...rest] } };
};
const withInput = (shape: Shape): Model => {
  const model = smallNetwork(7);
  return { ...model, graph: { ...model.graph, inputs: [{ name: 'input', elementType: 'float32', shape }] } };
};
/** The first activation is an operator that nobody knows. */
const foreign = (): Model => {
  const model = smallNetwork(7);
  const nodes = model.graph.nodes.map(each =>
    each.name === 'relu0' ? { ...each, opType: 'Shuffle', domain: 'org.example' } : each,
  );
  return { ...model, opsets: new Map([...model.opsets, ['org.example', 1]]), graph: { ...model.graph, nodes } };
};

const cases: readonly [name: string, args: () => string[], says: RegExp][] = [
  ['no command', () => [], /Which command\? Run "rankfront --help" for the list of them\./],
  ['a command that is not there', () => ['serach'], /no command "serach". Did you mean "rankfront search"\?/],
  [
    'a command that is like no other',
    () => ['quantise'],
    /no command "quantise". The commands are init, space, search, /,
  ],
  ['an option that is not there', () => search({}, '--trails', '5'), /has no option --trails. Did you mean --trials\?/],
  ['an option of one letter', () => search({}, '-v'), /has no option -v: options start with two dashes/],
  ['a word too many', () => ['front', 'resnet18'], /"rankfront front" does not take "resnet18"/],
  ['a choice that is not there', () => ['front', '--format', 'html'], /--format: expected table, csv, .*found "html"/],
  ['a trial that is not named', () => ['show'], /"rankfront show" needs <trial>: The number of the trial/],
  [
    'an option without its value',
    () => ['front', '--out', '--json'],
    /--out: expected a value, found the option --json/,
  ],
  ['a last option without its value', () => ['front', '--study'], /--study: expected a value, found none/],
  ['a negative time', () => search({ '--time': '-1h' }), /Cannot read --time: .*"-1h"\. A duration is positive/],
  [
    'a negative drop',
    () => search({}, '--max-drop', '-1pp'),
    /Cannot read --max-drop: .*"-1pp"\. A loss .*is positive/,
  ],
  ['a negative seed', () => search({ '--seed': '-1' }), /--seed: expected a whole number of at least 0, found -1/],
  ['a word for a number', () => search({ '--trials': 'many' }), /whole number of at least 0, found no number/],
  [
    'corrections without images to correct on',
    () => search({ '--study': 'plain' }, '--corrections', 'moments'),
    /Cannot correct candidates: expected calibration images, found --calibration none/,
  ],
  [
    'a missing option',
    () => ['search', '--model', world.model],
    /"rankfront search" needs --data and --hardware\..*built-in name such as cpu-.*"rankfront hardware" lists all\. Or begin with: rankfront init MODEL\./,
  ],
  [
    'no such model',
    () => search({ '--model': at('none.onnx') }),
    /Cannot read the model ".*none.onnx": there is no such file/,
  ],
  ['a folder as the model', () => search({ '--model': world.folder }), /expected a file, found a directory/],
  [
    'a batch that no memory holds',
    () => search({ '--hardware': write('batch.yaml', 'name: b\nbatchSize: 1000000000\n') }),
    /batch\.yaml:2: batchSize: expected at most 65536, found 1000000000/,
  ],
  [
    'a stride of 0',
    () => search({ '--model': write('stride.onnx', writeModel(withAttribute('strides', [0, 0]))) }),
    /Cannot read ".*stride\.onnx": the node "conv0" \(Conv\) has strides with 0, expected 1 to/,
  ],
  [
    'pads of 2^40',
    () => search({ '--model': write('pads.onnx', writeModel(withAttribute('pads', [2 ** 40, 1, 1, 1]))) }),
    /the node "conv0" \(Conv\) has pads with 1099511627776/,
  ],
  [
    'an image of 10^18 pixels',
    () => search({ '--model': write('huge.onnx', writeModel(withInput(['N', 3, 1e9, 1e9]))) }),
    /the value of the input "input" would be \[N, 3, 1000000000, 1000000000\]/,
  ],
  [
    'a model that the runtime cannot load, by its own name',
    () =>
      search({
        '--model': write('foreign.onnx', writeModel(foreign())),
        '--hardware': write('cpu.yaml', measuredProfile),
      }),
    /^rankfront: Cannot score ".*foreign\.onnx": the runtime cannot load the model: (?!.*dense\.onnx).*org\.example/m,
  ],
  [
    'a model that the roofline cannot compute',
    () => search({ '--model': write('unsized.onnx', writeModel(foreign())) }),
    /Cannot compute latencies for "computed" by the roofline model: .* "relu0" \(Shuffle of org\.example\)\. Set driver: onnxruntime/,
  ],
  ['an empty model', () => search({ '--model': write('empty.onnx', '') }), /found an empty file/],
  [
    'half a model',
    () => search({ '--model': write('half.onnx', readFileSync(world.model).subarray(0, 20_000)) }),
    /the file is cut off/,
  ],
  [
    'a picture named as a model',
    () => search({ '--model': write('picture.onnx', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')) }),
    /found a PNG file/,
  ],
  ['a model with NaN weights', () => search({ '--model': write('nan.onnx', writeModel(withNaN())) }), /NaN/],
  ['a model without sites', () => search({ '--model': write('bare.onnx', writeModel(withoutSites())) }), /found none/],
  ['no such profile', () => search({ '--hardware': at('none.yaml') }), /Cannot read the hardware profile/],
  [
    'a profile with a wrong type',
    () => search({ '--hardware': write('wrong.yaml', 'name: x\nthreads: two\n') }),
    /wrong.yaml:2: threads: expected a number, found "two"/,
  ],
  [
    'a provider that is not there',
    () => search({ '--hardware': write('cuda.yaml', 'name: x\nprovider: dml\n') }),
    /"dml" is not there/,
  ],
  [
    'a space for another model',
    () => search({ '--space': write('space.yaml', 'sites:\n  - match: block1\n    ladder: [8]\n') }),
    /which matches none/,
  ],
  ['a space that is no YAML', () => search({ '--space': write('broken.yaml', 'sites: [\n') }), /broken.yaml:/],
  ['no such images', () => search({ '--data': 'cifar10:/nowhere/at/all' }), /there is no directory/],
  ['a folder without images', () => search({ '--data': `folder:${emptyFolder()}` }), /image/],
  ['a study of that name with another seed', () => search({}, '--seed', '9'), /seed/],
  [
    'a dense model at chance',
    () => search({ '--study': 'new' }).filter(arg => arg !== '--accept-dense'),
    /near chance .*--accept-dense/,
  ],
  ['a store that is something else', () => search({ '--store': world.hardware }), /not an SQLite database/],
  ['a store that is a folder', () => search({ '--store': world.folder }), /directory|folder/],
  ['fewer than no trials', () => search({}, '--trials', '-1'), /--trials: expected a whole number/],
  ['a time without a unit', () => search({}, '--time', 'long'), /--time: expected a duration/],
  [
    'a word for the number of a trial',
    () => ['export', '--store', world.store, '--trial', 'best', '--out', at('best.onnx')],
    /--trial: expected a whole number of at least 0, found no number/,
  ],
  ['a trial that is not there', () => ['show', '77', '--store', world.store], /has no trial 77/],
  ['a study that is not there', () => ['front', '--store', world.store, '--study', 'smal'], /Did you mean "small"\?/],
  ['a store that is not there', () => ['front', '--store', at('none.sqlite')], /there is no such file/],
  [
    'an export into a folder that is not there',
    () => ['export', '--store', world.store, '--trial', '1', '--out', at('no/such/x.onnx')],
    /Cannot write the model/,
  ],
  [
    'a front into the store that it comes from',
    () => ['front', '--store', world.store, '--out', world.store],
    /Cannot write the front to ".*": it is the store, which this command reads/,
  ],
  [
    'a front into the log beside another store',
    () => ['front', '--store', world.store, '--out', `${otherStore()}-wal`],
    /a part of an SQLite store is there/,
  ],
  [
    'a search space into the model',
    () => ['space', '--model', world.model, '--hardware', world.hardware, '--out', linkTo(world.model)],
    /it is a part of the model, which this command reads/,
  ],
  [
    'an export over an image of the study',
    () => ['export', '--store', world.store, '--trial', '1', '--out', at('images/test_batch.bin')],
    /it is a part of the data, which this command reads/,
  ],
  [
    'a front into a full device',
    () => ['front', '--store', world.store, '--out', '/dev/full'],
    /Cannot write the front to "\/dev\/full": the disk is full/,
  ],
  [
    'a training into a device',
    () => ['train', '--model', world.model, '--data', 'shapes:0', '--out', '/dev/null'],
    /it is a character device, and the trained network is read again from there/,
  ],
  ['a pipe as the model', () => search({ '--model': pipe('pipe.onnx') }), /expected a file, found a named pipe/],
  ['a pipe as the profile', () => search({ '--hardware': pipe('pipe.yaml') }), /expected a file, found a named pipe/],
  ['a pipe as the images', () => search({ '--data': pipe('data.yaml') }), /expected a file, found a named pipe/],
  ['a device as the store', () => search({ '--store': '/dev/zero' }), /expected a store .*found a character device/],
  ['a pipe as the store', () => ['studies', '--store', pipe('pipe.sqlite')], /found a named pipe/],
  [
    'a model that has moved',
    () => [
      'export',
      '--store',
      world.store,
      '--trial',
      '1',
      '--out',
      at('x.onnx'),
      '--model',
      write('other.onnx', writeModel(smallNetwork(8))),
    ],
    /is not the model of study "small"/,
  ],
];

test.each(cases)('%s', async (_, args, says) => {
  const { status, stdout, stderr } = await rankfront(args(), world.env);
  expect(stderr).toMatch(says);
  expect(status).toBe(2);
  const complaints = stderr
    .trim()
    .split('\n')
    .filter(line => line.startsWith('rankfront: '));
  expect(complaints).toHaveLength(1);
  expect(stderr + stdout).not.toMatch(/\n\s+at .*:\d+:\d+|This was not foreseen/);
});

test('after all that, the study is as it was', async () => {
  const { stdout } = await rankfront(['studies', '--store', world.store, '--json'], world.env);
  expect(JSON.parse(stdout).find((row: { study: string }) => row.study === 'small')).toMatchObject({
    complete: 4,
    failed: 0,
  });
});

function pipe(name: string): string {
  execFileSync('mkfifo', [at(name)]);
  return at(name);
}

function linkTo(path: string): string {
  symlinkSync(path, at('link'));
  return at('link');
}

function otherStore(): string {
  copyFileSync(world.store, at('other.sqlite'));
  return at('other.sqlite');
}

function emptyFolder(): string {
  mkdirSync(at('nothing'), { recursive: true });
  return at('nothing');
}

function withNaN() {
  const model = smallNetwork(7);
  const initializers = new Map(model.graph.initializers);
  initializers.set('b1', floatTensor('b1', [32], new Float32Array(32).fill(Number.NaN), 'float32'));
  return { ...model, graph: { ...model.graph, initializers } };
}

function withoutSites() {
  const model = smallNetwork(7);
  const { graph } = model;
  const relu = graph.nodes.find(({ opType }) => opType === 'Relu');
  if (!relu) throw new Error('the network has a Relu');
  const nodes = [{ ...relu, inputs: ['input'], outputs: ['logits'] }];
  const outputs = [{ name: 'logits', elementType: 'float32' as const, shape: ['N', 3, 32, 32] }];
  return { ...model, graph: { ...graph, nodes, outputs, initializers: new Map() } };
}

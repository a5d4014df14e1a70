/** `npm run bench -- conv-gradient`: every formulation of a convolution's weight gradient, for the shapes of real networks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { blockedLayout } from '../src/autodiff/blocked/blocked-layout.ts';
import { gradientBuilder } from '../src/autodiff/gradient/builder.ts';
import { type ConvCall, isByChannel } from '../src/autodiff/gradient/conv/call.ts';
import {
  type Formulation,
  type FormulationName,
  formulations,
} from '../src/autodiff/gradient/conv/weight/formulations.ts';
import { formulationOf } from '../src/autodiff/gradient/conv/weight-gradient.ts';
import type { Model } from '../src/onnx/graph.ts';
import { writeModel } from '../src/onnx/write.ts';
import { seededRng } from '../src/random/rng.ts';
import { InferenceSession, Tensor } from '../src/runtime/onnxruntime.ts';
import { median, quantile } from '../src/stats/robust.ts';
import { blockSize } from '../src/train/onnxruntime/block-size.ts';
import { type ConvShape, convShapes } from './train/conv-shapes.ts';
import { machine } from './train/machine.ts';
import { otherFormulations } from './train/other-formulations.ts';

/** All that the trainer chooses from, and others. */
const timed: Readonly<Record<string, Formulation>> = { ...formulations, ...otherFormulations };

interface Figure {
  readonly formulation: string;
  /** Processor time of a run: median, lower and upper quartile. */
  readonly ms: number;
  readonly quartilesMs: readonly [number, number];
  /** Over the convolution's, the median of the runs that took turns; below 1 this one is faster. */
  readonly ratio: number;
  /** The same by wall time, which other programs on the machine stretch. */
  readonly wallRatio: number;
  /** Largest difference from the convolution's gradient over its largest element. */
  readonly apart: number;
}

interface Row {
  readonly shape: ConvShape;
  readonly chosen: FormulationName;
  readonly figures: readonly Figure[];
}

/** `[--rounds 9] [--threads 1] [--only TEXT] [--out FILE]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '9' },
      threads: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: join(import.meta.dirname, '..', 'results/reference/train/conv-gradient.json') },
    },
  });
  const rows: Row[] = [];
  const block = await blockSize();
  for (const shape of convShapes.filter(({ name }) => name.includes(values.only))) {
    const row = await measure(shape, block, Number(values.rounds), Number(values.threads));
    rows.push(row);
    console.log(line(row));
  }
  const report = {
    command: `npm run bench -- conv-gradient ${args.join(' ')}`.trim(),
    machine: machine(),
    block,
    threads: Number(values.threads),
    rounds: Number(values.rounds),
    rows,
  };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
}

async function measure(shape: ConvShape, block: number | null, rounds: number, threads: number): Promise<Row> {
  const call = callOf(shape);
  const random = noise();
  const feeds = { x: random(shape.x), dy: random([shape.x[0], call.out, ...call.axes.map(({ y }) => y)]) };
  const names = Object.keys(timed);
  // One tap has one product either way.
  const one = call.axes.every(({ k }) => k === 1);
  const distinct = names.filter(
    name => !(one && name.includes('patches')) && (name !== 'elementwise' || isByChannel(call)),
  );
  const runs = await Promise.all(
    distinct.map(async name => {
      const plain = modelOf(name, call, shape);
      const session = await InferenceSession.create(writeModel(block === null ? plain : blockedLayout(plain, block)), {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return { name, session, cpuMs: [] as number[], wallMs: [] as number[], result: new Float32Array() };
    }),
  );
  for (let round = -1; round < rounds; round++) {
    for (const each of runs) {
      const [startMs, cpu] = [performance.now(), process.cpuUsage()];
      const { dw } = await each.session.run(feeds);
      const { user, system } = process.cpuUsage(cpu);
      if (round < 0) {
        each.result = Float32Array.from(dw?.data as Float32Array);
        continue;
      }
      each.cpuMs.push((user + system) / 1000);
      each.wallMs.push(performance.now() - startMs);
    }
  }
  for (const { session } of runs) await session.release();
  const [first] = runs;
  if (!first) throw new Error('there is no formulation');
  const largest = first.result.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const figures = runs.map(({ name, cpuMs, wallMs, result }) => ({
    formulation: name,
    ms: median(cpuMs),
    quartilesMs: [quantile(cpuMs, 0.25), quantile(cpuMs, 0.75)] as const,
    ratio: median(cpuMs.map((ms, i) => ms / first.cpuMs[i]!)),
    wallRatio: median(wallMs.map((ms, i) => ms / first.wallMs[i]!)),
    apart: result.reduce((most, value, i) => Math.max(most, Math.abs(value - first.result[i]!)), 0) / largest,
  }));
  return { shape, chosen: formulationOf(call), figures };
}

/** Padded so that at a stride of 1 the output is as large as the input. */
const callOf = ({ x, w, stride, groups }: ConvShape): ConvCall => ({
  batch: x[0],
  groups,
  out: w[0],
  inPerGroup: w[1],
  axes: [2, 3].map(i => {
    const [size, k] = [x[i]!, w[i]!];
    const pad = (k - 1) / 2;
    const y = Math.floor((size + 2 * pad - k) / stride) + 1;
    return { x: size, y, k, stride, dilation: 1, before: pad, after: pad };
  }),
});

function modelOf(name: string, call: ConvCall, { x, w }: ConvShape): Model {
  const graph: Model['graph'] = {
    name: 'weight-gradient',
    nodes: [],
    inputs: [
      { name: 'x', elementType: 'float32', shape: x },
      { name: 'dy', elementType: 'float32', shape: [x[0], call.out, ...call.axes.map(({ y }) => y)] },
    ],
    outputs: [{ name: 'dw', elementType: 'float32', shape: w }],
    initializers: new Map(),
    valueInfo: new Map(),
  };
  const build = gradientBuilder(graph);
  const found = timed[name]!(build, call, 'x', 'dy');
  const nodes = build.nodes().map(node => ({ ...node, outputs: node.outputs.map(o => (o === found ? 'dw' : o)) }));
  return {
    graph: { ...graph, nodes, initializers: new Map(build.constants().map(tensor => [tensor.name, tensor])) },
    opsets: new Map([['', 18]]),
    metadata: new Map(),
    irVersion: 8,
  };
}

function noise(): (dims: readonly number[]) => Tensor {
  const rng = seededRng(1);
  return dims => {
    const count = dims.reduce((product, size) => product * size, 1);
    return new Tensor(
      'float32',
      Float32Array.from({ length: count }, () => 2 * rng.uniform() - 1),
      [...dims],
    );
  };
}

const line = ({ shape, figures }: Row): string =>
  [
    `${shape.name.padEnd(36)} ${String(shape.x[0]).padStart(3)} ${(figures[0]?.ms ?? 0).toFixed(1).padStart(8)} ms`,
    ...figures
      .slice(1)
      .map(
        ({ formulation, ratio, wallRatio, apart, ms, quartilesMs: [low, high] }) =>
          `${formulation}: ${ratio.toFixed(2)} (wall ${wallRatio.toFixed(2)}; ±${((50 * (high - low)) / ms).toFixed(0)} %)${apart > 1e-4 ? ` APART ${apart.toExponential(0)}` : ''}`,
      ),
  ].join('  ');

/** TensorFlow.js as the engine of training: runs the graph of a step node by node. */
import { UserError } from '../../errors/user-error.ts';
import { intAttribute } from '../../onnx/attributes.ts';
import { codeOf } from '../../onnx/element-type.ts';
import type { Tensor as Constant, Model, Node } from '../../onnx/graph.ts';
import { floatsOf, intsOf } from '../../onnx/tensor.ts';
import { standardDomain } from '../../onnx/versions.ts';
import type { Engine, EngineValue, Program } from '../engine.ts';
import { type Item, isWhole, type Tf, type TfjsOperator, type TfjsTensor } from './item.ts';
import { convolution } from './operators/convolution.ts';
import { elementwise } from './operators/elementwise.ts';
import { pooling } from './operators/pooling.ts';
import { reduction } from './operators/reduction.ts';
import { shape } from './operators/shape.ts';

const operators = { ...elementwise, ...shape, ...reduction, ...convolution, ...pooling };

interface TfValue extends EngineValue {
  readonly tensor: TfjsTensor;
}

export function tfjsEngine(tf: Tf): Engine {
  const open = new Set<Program>();
  const wrap = (tensor: TfjsTensor): TfValue => ({
    tensor,
    dims: tensor.shape,
    read: async () => (await tensor.data()) as Float32Array,
    dispose: () => tensor.dispose(),
  });
  return {
    name: 'tfjs',
    compile: async model => {
      const program = interpreter(tf, model, wrap);
      open.add(program);
      return {
        ...program,
        release: async () => {
          open.delete(program);
          await program.release();
        },
      };
    },
    value: (dims, data) => wrap(tf.tensor(data, [...dims], 'float32')),
    close: async () => {
      for (const program of open) await program.release();
      open.clear();
    },
  };
}

function interpreter(tf: Tf, { graph }: Model, wrap: (tensor: TfjsTensor) => EngineValue): Program {
  const done = lastReads(graph.nodes);
  const steps = graph.nodes.map((node, i) => ({ node, operator: operatorOf(node), frees: done[i] ?? [] }));
  const constants = new Map([...graph.initializers.values()].map(each => [each.name, itemOf(tf, each)]));
  return {
    run: async (feeds, outputs) => {
      const items = new Map<string, Item>(constants);
      for (const [name, value] of feeds) items.set(name, (value as TfValue).tensor);
      const kept = new Set([...constants.keys(), ...feeds.keys(), ...outputs]);
      for (const { node, operator, frees } of steps) {
        const made = computed(tf, () => asOwned(operator(callOf(tf, node, items)), node, items));
        for (const [i, item] of made.entries()) {
          const name = node.outputs[i] ?? '';
          if (name !== '') items.set(name, item);
          else if (!isWhole(item)) item.dispose();
        }
        for (const name of frees) {
          const item = items.get(name);
          if (!kept.has(name) && item && !isWhole(item)) item.dispose();
        }
      }
      return new Map(outputs.map(name => [name, wrap(items.get(name) as TfjsTensor)]));
    },
    release: async () => {
      for (const item of constants.values()) if (!isWhole(item)) item.dispose();
    },
  };
}

/** Runs an operator and disposes of all tensors that it made on its way. */
function computed(tf: Tf, work: () => readonly Item[]): readonly Item[] {
  let made: readonly Item[] = [];
  tf.tidy(() => {
    made = work();
    return made.filter((item): item is TfjsTensor => !isWhole(item));
  });
  return made;
}

/** Outputs are tensors of their own, so that each can be disposed of by itself. */
function asOwned(made: readonly Item[], { inputs }: Node, items: ReadonlyMap<string, Item>): readonly Item[] {
  const given = new Set(inputs.map(name => items.get(name)));
  return made.map(item => (!isWhole(item) && given.has(item) ? item.clone() : item));
}

function callOf(tf: Tf, node: Node, items: ReadonlyMap<string, Item>) {
  const item = (i: number): Item => {
    const found = items.get(node.inputs[i] ?? '');
    if (!found) throw new Error(`"${node.name}" (${node.opType}) has no input ${i}`);
    return found;
  };
  const has = (i: number): boolean => (node.inputs[i] ?? '') !== '';
  return {
    tf,
    node,
    item,
    has,
    x: (i: number): TfjsTensor => {
      const found = item(i);
      return isWhole(found) ? tf.tensor([...found.numbers], [...found.dims], 'int32') : found;
    },
    whole: (i: number): readonly number[] | null => {
      if (!has(i)) return null;
      const found = item(i);
      return isWhole(found) ? found.numbers : Array.from(found.dataSync());
    },
  };
}

function operatorOf(node: Node): TfjsOperator {
  const half = node.opType === 'Cast' && intAttribute(node, 'to', 0) === codeOf('float16');
  if (half)
    throw new UserError(
      'Cannot train in float16 on TensorFlow.js: it has no such numbers.',
      'Train in float32, or with --engine onnxruntime.',
    );
  const known = standardDomain(node.domain) === '' && Object.hasOwn(operators, node.opType);
  const operator = known ? operators[node.opType] : undefined;
  if (operator) return operator;
  throw new UserError(
    `Cannot train on TensorFlow.js: the operator ${node.opType} of the node "${node.name}" is not covered there.`,
    'Train with --engine onnxruntime.',
  );
}

/** For each node the values that nobody reads after it. */
function lastReads(nodes: readonly Node[]): readonly (readonly string[])[] {
  const later = new Set<string>();
  return nodes
    .toReversed()
    .map(({ inputs, outputs }) => {
      const done = [...new Set([...inputs, ...outputs])].filter(name => name !== '' && !later.has(name));
      for (const name of inputs) later.add(name);
      return done;
    })
    .reverse();
}

function itemOf(tf: Tf, constant: Constant): Item {
  const { dims, elementType } = constant;
  if (elementType === 'int64' || elementType === 'int32') return { dims, numbers: intsOf(constant) };
  return tf.keep(tf.tensor(floatsOf(constant), [...dims], 'float32'));
}

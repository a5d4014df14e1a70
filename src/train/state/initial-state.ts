/** The state before the first step, and the network with a state put into it. */
import type { Model, Tensor } from '../../onnx/graph.ts';
import { elementCount, floatsOf, floatTensor } from '../../onnx/tensor.ts';
import type { Network } from '../network/prepare.ts';
import type { Slot } from '../optimiser/transformation.ts';
import type { StateTensor, TrainingState } from '../trainer.ts';

/** Loss scale at the start of training in half precision (Micikevicius et al. 2018; PyTorch's GradScaler starts there too). */
const firstLossScale = 65_536;

export interface StateLayout {
  /** What the optimiser keeps of each weight. */
  readonly slots: readonly Slot[];
  readonly average: boolean;
  readonly scaledLoss: boolean;
}

/** Weights and statistics as the network has them, zeros for the optimiser, the average at the weights. */
export function initialState(network: Network, { slots, average, scaledLoss }: StateLayout): TrainingState {
  const { graph } = network.model;
  const tensors = new Map<string, StateTensor>();
  const own = ({ name }: { readonly name: string }): StateTensor => {
    const tensor = graph.initializers.get(name) as Tensor;
    return { dims: tensor.dims, data: floatsOf(tensor) };
  };
  for (const weight of network.weights) tensors.set(`weight/${weight.name}`, own(weight));
  for (const statistic of network.statistics) tensors.set(`statistic/${statistic.name}`, own(statistic));
  for (const { name, dims } of network.weights) {
    for (const slot of slots) {
      const shape = slot.size === 'scalar' ? [] : dims;
      tensors.set(`${slot.name}/${name}`, { dims: shape, data: new Float32Array(elementCount(shape)) });
    }
  }
  if (average)
    for (const each of [...network.weights, ...network.statistics]) tensors.set(`ema/${each.name}`, own(each));
  return {
    tensors,
    counters: { steps: 0, lossScale: scaledLoss ? firstLossScale : 1, stepsSinceScaling: 0 },
  };
}

/** `model` with the weights and statistics of a state in the place of its own, under the same names. */
export function withState(model: Model, { tensors }: TrainingState, choice: 'last' | 'ema'): Model {
  const initializers = new Map(model.graph.initializers);
  for (const [key, { dims, data }] of tensors) {
    const cut = key.indexOf('/');
    const [slot, name] = [key.slice(0, cut), key.slice(cut + 1)];
    const before = initializers.get(name);
    if ((slot !== 'weight' && slot !== 'statistic') || !before) continue;
    const values = (choice === 'ema' ? tensors.get(`ema/${name}`)?.data : undefined) ?? data;
    initializers.set(name, floatTensor(name, dims, values, before.elementType === 'float16' ? 'float16' : 'float32'));
  }
  return { ...model, graph: { ...model.graph, initializers } };
}

/** What the update of an optimiser asks for beside gradients, as inputs of the graph that it is written into. */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';
import type { ValueInfo } from '../../onnx/graph.ts';
import type { ScalarSource, Transformation } from '../optimiser/transformation.ts';

export interface UpdateInputs {
  /** Those that were asked for. */
  readonly inputs: ValueInfo[];
  /** Values of the graph by what they are: `slot/weight`. */
  readonly state: Map<string, string>;
  readonly scalars: Map<string, ScalarSource>;
  readonly slot: (name: string, weight: string) => string;
  readonly scalar: (name: string, source: ScalarSource) => string;
}

/** @param dimsOf the shape of a weight, which its slots have, too */
export function updateInputs(
  build: GradientBuilder,
  { slots }: Pick<Transformation, 'slots'>,
  dimsOf: (weight: string) => ValueInfo['shape'],
): UpdateInputs {
  const inputs: ValueInfo[] = [];
  const state = new Map<string, string>();
  const scalars = new Map<string, ScalarSource>();
  const scalarInputs = new Map<string, string>();
  const scalarSlots = new Set(slots.flatMap(({ name, size }) => (size === 'scalar' ? [name] : [])));
  const input = (name: string, shape: ValueInfo['shape']): string => {
    const fresh = build.fresh(name);
    inputs.push({ name: fresh, elementType: 'float32', shape });
    return fresh;
  };
  return {
    inputs,
    state,
    scalars,
    slot: (name, weight) => {
      const key = `${name}/${weight}`;
      const known = state.get(key);
      if (known !== undefined) return known;
      const made = input(key, scalarSlots.has(name) ? [] : dimsOf(weight));
      state.set(key, made);
      return made;
    },
    scalar: (name, source) => {
      const known = scalarInputs.get(name);
      if (known !== undefined) return known;
      const made = input(name, []);
      scalarInputs.set(name, made);
      scalars.set(made, source);
      return made;
    },
  };
}

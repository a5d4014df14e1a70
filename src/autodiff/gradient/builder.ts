/** The builder of gradients and steps: that of graphs, and the few shapes of expression that most rules share. */
import * as onnx from '../../onnx/builder.ts';
import type { ElementType, Graph, Shape } from '../../onnx/graph.ts';

export interface GradientBuilder extends onnx.Builder {
  /** Sum over `axes`, which are kept with size 1 unless `keep` is false. */
  readonly reduceSum: (x: string, axes: readonly number[], keep?: boolean) => string;
  /** `x` in the shape given; at most one size may be dynamic, or `like` must be a value of that shape. */
  readonly reshape: (x: string, shape: Shape | null, like?: string) => string;
  /** Zeros in the shape of `like`. */
  readonly zeros: (like: string, type: ElementType) => string;
  /** Says where the nodes that follow come from: their names begin with `gradient/prefix/`. */
  readonly within: (prefix: string) => void;
}

export function gradientBuilder(graph: Graph): GradientBuilder {
  const build = onnx.graphBuilder(graph, 'gradient');
  const { add, integers, scalar } = build;
  return {
    ...build,
    reduceSum: (x, axes, keep = true) =>
      axes.length === 0 ? x : add('ReduceSum', [x, integers(axes)], { keepdims: keep ? 1 : 0 }),
    reshape: (x, shape, like) => {
      const open = shape?.filter(size => typeof size !== 'number' || size === 0).length ?? 2;
      if (shape && open <= 1) {
        return add('Reshape', [x, integers(shape.map(size => (typeof size === 'number' && size > 0 ? size : -1)))]);
      }
      if (like === undefined) throw new Error(`a reshape of "${x}" to sizes that are not known`);
      return add('Reshape', [x, add('Shape', [like])]);
    },
    zeros: (like, type) => add('Expand', [scalar(0, type), add('Shape', [like])]),
    within: prefix => build.within(`gradient/${prefix}`),
  };
}

/** y = x[start:end:step] along some axes. */
import type { Shape } from '../../../onnx/graph.ts';
import type { GradientBuilder } from '../builder.ts';
import { type GradientRule, type GradientSituation, NoGradient } from '../rule.ts';

/** Elements first, first + step, ... of an axis of `size`, `count` of them, step > 0; or the same from behind. */
interface Part {
  readonly axis: number;
  readonly size: number;
  readonly first: number;
  readonly count: number;
  readonly step: number;
  readonly backward: boolean;
}

/** dy at the places that were taken and zeros elsewhere: turned round where the step is negative, spread out, and padded. */
export const slice: GradientRule = at => {
  const { build } = at;
  const shape = at.shape(0);
  if (!shape) throw new NoGradient('the number of axes of its input is not known');
  const parts = partsOf(at, shape);
  const turned = forward(build, at.dy, parts);
  const wide = spreadOut(build, turned, parts, at.outputShape(0));
  const pads = shape.map(() => [0, 0] as [number, number]);
  for (const { axis, size, first, count, step } of parts) pads[axis] = [first, size - first - count * step];
  if (pads.every(([before, after]) => before === 0 && after === 0)) return [wide];
  return [build.add('Pad', [wide, build.integers([...pads.map(pad => pad[0]), ...pads.map(pad => pad[1])])])];
};

function partsOf(at: GradientSituation, shape: Shape): Part[] {
  const [starts, ends] = [at.integers(1), at.integers(2)];
  const axes = at.input(3) === '' ? starts?.map((_, i) => i) : at.integers(3);
  const steps = at.input(4) === '' ? starts?.map(() => 1) : at.integers(4);
  if (!starts || !ends || !axes || !steps) throw new NoGradient('what it takes is computed at run time');
  return axes.flatMap((given, i): Part[] => {
    const axis = given < 0 ? given + shape.length : given;
    const [start = 0, end = 0, step = 1] = [starts[i], ends[i], steps[i]];
    const size = shape[axis];
    if (start === 0 && step === 1 && end >= 2 ** 31 - 1) return [];
    if (typeof size !== 'number') throw new NoGradient(`the size of its input along axis ${axis} is not known`);
    const wrap = (place: number, low: number, high: number): number =>
      Math.min(Math.max(place < 0 ? place + size : place, low), high);
    const backward = step < 0;
    const from = backward ? wrap(start, 0, size - 1) : wrap(start, 0, size);
    const to = backward ? wrap(end, -1, size - 1) : wrap(end, 0, size);
    const count = Math.max(0, Math.ceil((to - from) / step));
    if (count === 0) throw new NoGradient('it takes nothing');
    return [{ axis, size, count, step: Math.abs(step), first: backward ? from + (count - 1) * step : from, backward }];
  });
}

function forward(build: GradientBuilder, dy: string, parts: readonly Part[]): string {
  const axes = parts.filter(({ backward }) => backward).map(({ axis }) => axis);
  if (axes.length === 0) return dy;
  const same = (value: number): string => build.integers(axes.map(() => value));
  return build.add('Slice', [dy, same(-1), same(-(2 ** 31)), build.integers(axes), same(-1)]);
}

/** Puts step - 1 zeros behind each element: a new axis of size 1 behind the axis, padded to `step`, and joined to it again. */
function spreadOut(build: GradientBuilder, dy: string, parts: readonly Part[], shape: Shape | null): string {
  const steps = new Map(parts.filter(({ step }) => step > 1).map(({ axis, step }) => [axis, step]));
  if (steps.size === 0) return dy;
  if (!shape) throw new NoGradient('the shape of its output is not known');
  const split = shape.flatMap((size, axis) => (steps.has(axis) ? [size, 1] : [size]));
  const after = shape.flatMap((_, axis) => (steps.has(axis) ? [0, (steps.get(axis) ?? 1) - 1] : [0]));
  const wide = shape.map((size, axis) => (typeof size === 'number' ? size * (steps.get(axis) ?? 1) : size));
  const padded = build.add('Pad', [build.reshape(dy, split), build.integers([...after.map(() => 0), ...after])]);
  return build.reshape(padded, wide);
}

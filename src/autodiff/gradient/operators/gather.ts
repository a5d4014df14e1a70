/** y = the slices of x at the given places of one axis. */
import { intAttribute } from '../../../onnx/attributes.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** dx = for each place the sum of the slices of dy that were taken there. */
export const gather: GradientRule = at => {
  const { build, dy } = at;
  const [x, indices] = [at.shape(0), at.shape(1)];
  if (!x || !indices) throw new NoGradient('the number of axes of its inputs is not known');
  const given = intAttribute(at.node, 'axis', 0);
  const axis = given < 0 ? given + x.length : given;
  const places = at.integers(1);
  const size = x[axis];
  if (places?.length === 1 && places[0] !== undefined && typeof size === 'number' && indices.length <= 1) {
    const place = places[0] < 0 ? places[0] + size : places[0];
    const thin = indices.length === 1 ? dy : build.add('Unsqueeze', [dy, build.integers([axis])]);
    const pads = [
      ...x.map((_, i) => (i === axis ? place : 0)),
      ...x.map((_, i) => (i === axis ? size - 1 - place : 0)),
    ];
    return [build.add('Pad', [thin, build.integers(pads)])];
  }
  // The axis in front, so that each place owns one row.
  const others = x.map((_, i) => i).filter(i => i !== axis);
  const toFront = [axis, ...others];
  const front = axis === 0 ? at.input(0) : build.add('Transpose', [at.input(0)], { perm: toFront });
  const taken = indices.map((_, i) => i + axis);
  const rest = Array.from({ length: x.length - 1 }, (_, i) => (i < axis ? i : i + indices.length));
  const rows = axis === 0 ? dy : build.add('Transpose', [dy], { perm: [...taken, ...rest] });
  const where = build.add('Unsqueeze', [at.input(1), build.integers([-1])]);
  const zeros = build.zeros(front, at.elementType(0));
  const sum = build.add('ScatterND', [zeros, where, rows], { reduction: 'add' });
  return [axis === 0 ? sum : build.add('Transpose', [sum], { perm: x.map((_, i) => toFront.indexOf(i)) })];
};

/** Which resize and crop a network wants, from what was said about the data and the shape of its input. */
import { UserError } from '../errors/user-error.ts';
import { cifarSide } from './cifar10.ts';
import type { DataSpec } from './spec.ts';
import type { Transform } from './transform.ts';

/** Up to this side a network works on whole small images: nothing is cut off around the centre. */
const largestSmallSide = 64;
const defaultSide = 224;

/**
 * @param height the height of the network's input, null where it is dynamic; `width` likewise
 * @throws UserError when a crop is asked for that the network does not take
 */
export function resolveTransform(spec: DataSpec, height: number | null, width: number | null): Transform {
  const small = spec.kind === 'cifar10' || spec.kind === 'shapes';
  const fallback = spec.crop ?? (small ? cifarSide : defaultSide);
  const size = { height: height ?? fallback, width: width ?? fallback };
  if (spec.crop !== null && (size.height !== spec.crop || size.width !== spec.crop))
    throw new UserError(
      `Cannot crop to ${spec.crop} x ${spec.crop}: the input of the model is ${size.height} x ${size.width}.`,
      'Leave crop out of the dataset YAML; it then follows the model.',
    );
  if (spec.resize === 'none') return { resize: null, ...size };
  const side = Math.max(size.height, size.width);
  const whole = small || side <= largestSmallSide;
  return { resize: spec.resize ?? (whole ? side : Math.round((side * 256) / 224)), ...size };
}

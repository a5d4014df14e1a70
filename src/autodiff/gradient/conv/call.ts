/** One convolution, as its gradients see it: x [batch, groups * inPerGroup, x...], w [out, inPerGroup, k...], y [batch, out, y...]. */
import type { WindowAxis } from '../window.ts';

export interface ConvCall {
  /** Null where it is known at run time only. */
  readonly batch: number | null;
  readonly groups: number;
  readonly out: number;
  readonly inPerGroup: number;
  readonly axes: readonly WindowAxis[];
}

/** Whether every channel has one output of its own. */
export const isByChannel = ({ groups, out, inPerGroup }: ConvCall): boolean => inPerGroup === 1 && out === groups;

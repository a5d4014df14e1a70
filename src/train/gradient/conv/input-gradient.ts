/** dL/dx of a convolution. */
import type { Builder } from '../builder.ts';
import { unread } from '../window.ts';
import type { ConvCall } from './call.ts';

export function inputGradient(build: Builder, call: ConvCall, dy: string, w: string): string {
  const { axes, groups } = call;
  return build.add('ConvTranspose', [dy, w], {
    group: groups,
    kernel_shape: axes.map(({ k }) => k),
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
    output_padding: axes.map(unread),
  });
}

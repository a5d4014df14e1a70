/** The ways in which dL/dw of a convolution is written; `npm run bench -- conv-gradient` times them and others. */
import type { GradientBuilder } from '../../builder.ts';
import type { ConvCall } from '../call.ts';
import { products } from './products.ts';
import { swappedConvolution } from './swapped-convolution.ts';

/** Appends dw [out, inPerGroup, k...] from x [batch, groups inPerGroup, x...] and dy [batch, out, y...]. */
export type Formulation = (build: GradientBuilder, call: ConvCall, x: string, dy: string) => string;

export const formulations = {
  convolution: swappedConvolution,
  'product per tap': (build, call, x, dy) => products(build, call, 'by-image', x, dy),
  'product per tap, gathered': (build, call, x, dy) => products(build, call, 'gathered', x, dy),
} satisfies Readonly<Record<string, Formulation>>;

export type FormulationName = keyof typeof formulations;

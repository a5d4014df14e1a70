/**
 * The frozen half of each factorised site alternates: in even epochs the factors that `first-factor` freezes, in odd ones the others
 * (Hajimolahoseini et al. 2023, arXiv 2309.03824, sequential freezing).
 */
import { type FreezingPolicy, without } from '../policy.ts';
import { isOuter } from './first-factor.ts';

export const sequential: FreezingPolicy = ({ epoch }, layers) =>
  without(
    layers,
    (weight, layer) => layer.chain !== null && weight === layer.factor && isOuter(layer) === (epoch % 2 === 0),
  );

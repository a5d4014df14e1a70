/** Weight decay: adds d w to the update, the gradient of d/2 |w|^2 where it stands before the momentum. */
import { stateless, type Transformation } from './transformation.ts';

export const addDecayedWeights = (decay: number): Transformation =>
  stateless(({ build }, { name, decays }, given) => {
    if (!decays || decay === 0) return given;
    return build.add('Add', [given, build.add('Mul', [name, build.scalar(decay, 'float32')])]);
  });

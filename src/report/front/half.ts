/** Half the 95 % interval of the change that a phase saw. */
import { halfWidthOf } from '../change.ts';
import type { Figures } from './front.ts';

export const halfOf = ({
  dropStandardError,
  images,
  graded,
}: Pick<Figures, 'dropStandardError' | 'images' | 'graded'>): number => halfWidthOf(dropStandardError, images, graded);

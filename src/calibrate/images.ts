/** The unlabelled images that statistics and corrections are taken from: never those that score a candidate. */

import type { OpenInputs } from '../images/open-inputs.ts';
import type { PixelReading } from '../images/pixel-reading.ts';

export interface CalibrationImages {
  readonly inputs: OpenInputs;
  /** Positions among the prepared images, ascending. */
  readonly positions: Int32Array;
  readonly reading: PixelReading;
  /** Images per call where the model leaves it open. */
  readonly batch: number;
  /** SHA-256 (hexadecimal) of the dataset that they are taken from. */
  readonly datasetHash: string;
}

/** A space for sweeps: convolutions with the same ladder of four ranks, each with its own share of the work. */
import { type Rung, rungOf } from '../../../src/decompose/method.ts';
import type { Site } from '../../../src/decompose/site.ts';
import type { Space } from '../../../src/space/space.ts';

export const sweptLadder: readonly Rung[] = [...[4, 8, 12, 16].map(rank => rungOf('svd', rank)), { method: 'dense' }];

/** @param positions of every site, to which its work is proportional */
export const sweptSpace = (positions: readonly number[]): Space => ({
  sites: positions.map((outputPositions, i) => ({
    site: {
      name: `conv${i}`,
      kind: 'conv1x1',
      elementType: 'float32',
      inChannels: 64,
      outChannels: 64,
      groups: 1,
      kernel: [1, 1],
      inputSize: [outputPositions, 1],
      outputSize: [outputPositions, 1],
      outputPositions,
      biasParams: 0,
    } as unknown as Site,
    ladder: sweptLadder,
  })),
  kept: [],
});

/** That a search is on a store which other machines may share. */
import type { Fleet } from '../../fleet/open.ts';
import type { Space } from '../../space/space.ts';
import type { Calibration } from '../build/calibration.ts';

export interface Sharing {
  readonly fleet: Fleet;
  /** Whether this process measures, too. */
  readonly works: boolean;
  readonly calibration: Calibration | null;
  /** The whole ladders, before rungs that others beat are left out. */
  readonly ladders: Space;
}

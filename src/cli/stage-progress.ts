/** How far a stage is, at the bottom of a terminal; nothing elsewhere. */
import type { TellStage } from '../events/stage.ts';
import { stageLine } from '../report/stage-text.ts';
import type { Console } from './command.ts';

export const stageProgress =
  ({ progress }: Pick<Console, 'progress'>): TellStage =>
  (stage, done, total) =>
    progress?.(stageLine({ stage, done, total }));

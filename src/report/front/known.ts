/** How far the figures of a front are known, in sentences: whose they are, which of them are disturbed, and how to go on. */
import { formatMs } from '../../units/format.ts';
import type { FrontPoint, FrontReport } from './front.ts';
import { countWords, plural } from './wording.ts';

/** The command that measures again what is not confirmed, or was disturbed. */
export const confirmCommand = (study: string): string => `rankfront confirm --study ${study}`;

/** Nothing can be said of a network before a trial has run, neither for it nor against it. */
export const untriedSentence = ({ dense }: Pick<FrontReport, 'dense'>): string =>
  `No trial has run yet: only the dense model is measured (${formatMs(dense.latencyMs)}).`;

export const goOnSentence = 'Run the same search again, and it goes on where it stopped.';

/** Of the trials on the front, the dense model not counted. */
export function unknownOf(points: readonly FrontPoint[]): {
  readonly disturbed: number;
  readonly unconfirmed: number;
} {
  const trials = points.filter(({ trial }) => trial !== 0);
  const disturbed = trials.filter(({ latencyQuality }) => latencyQuality === 'disturbed').length;
  return { disturbed, unconfirmed: trials.filter(({ confirmed }) => !confirmed).length - disturbed };
}

export function standingSentences(report: FrontReport): string[] {
  const { study, best } = report;
  const trials = best.length - 1;
  if (trials === 0) return [];
  const { disturbed, unconfirmed } = unknownOf(best);
  const open = disturbed + unconfirmed;
  return [
    phaseSentence(report, trials, open),
    disturbed > 0
      ? `${disturbed} of ${trials} trials on the front ${plural(disturbed, 'is', 'are')} disturbed: other work slowed the machine while ${plural(disturbed, 'it was', 'they were')} timed, so ${plural(disturbed, 'its speed-up is', 'their speed-ups are')} not known.`
      : '',
    open > 0 ? `To go on: ${confirmCommand(study)}` : '',
  ];
}

function phaseSentence(report: FrontReport, trials: number, open: number): string {
  const { confirmed, confirmImages, searchImages, best, dominated } = report;
  const anyConfirmed = best.some(({ trial, confirmed }) => trial !== 0 && confirmed);
  if (!anyConfirmed)
    return `These are search-time figures on ${countWords(searchImages)} images, not confirmed: the best of many noisy values flatters itself.`;
  const basis = `on ${countWords(confirmImages ?? 0)} images that the search never saw and in a longer latency run`;
  if (!confirmed)
    return `The table has search-time figures on ${countWords(searchImages)} images, which flatter. The sentences above use confirmed figures where there are any, ${basis}.`;
  const left = dominated.filter(each => each.confirmed).length;
  const fate = left === 0 ? 'none left the front' : `${left} left the front`;
  return open === 0
    ? `The whole front is confirmed ${basis}; ${fate}.`
    : `${trials - open} of ${trials} trials on the front are confirmed, ${basis}; ${fate}.`;
}

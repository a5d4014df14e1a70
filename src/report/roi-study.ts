/** What a study says to someone who reckons: its dense model, and the trial to reckon with. */
import { UserError } from '../errors/user-error.ts';
import type { StudyMeasured } from '../money/options.ts';
import type { FrontPoint, FrontReport } from './front/front.ts';
import { confirmCommand, goOnSentence } from './front/known.ts';
import { pick } from './front/pick.ts';

export interface RoiStudy {
  readonly measured: StudyMeasured;
  /** How its device is called; the study's name where the profile cannot be read. */
  readonly device: string;
  /** Whether its latencies are computed from a model of the device, and not measured. */
  readonly computed: boolean;
  /** Whether the milliseconds of the dense model are known. */
  readonly quiet: boolean;
  /** Null where the dense model is what `pick` picks; `why` says so in its words. */
  readonly point: FrontPoint | null;
  readonly why: string;
}

/** By a limit (a share: 0.01 is one point), or a trial that the user names. */
export type RoiChoice =
  | { readonly kind: 'max-drop'; readonly drop: number }
  | { readonly kind: 'trial'; readonly trial: number };

/**
 * @param report with the best figures there are
 * @param batch calls in one run of the network
 * @throws UserError where the figures of the study, or of the trial, are not confirmed
 */
export function roiStudy(report: FrontReport, choice: RoiChoice, batch: number): RoiStudy {
  if (!report.tried) throw new UserError(`Cannot reckon with "${report.study}": no trial has run yet.`, goOnSentence);
  if (!report.confirmed)
    throw new UserError(
      `Cannot reckon with "${report.study}": its figures are not confirmed, and figures of a search flatter.`,
      `Confirm them with "${confirmCommand(report.study)}".`,
    );
  const { point, why } = chosen(report, choice);
  if (point && !point.confirmed)
    throw new UserError(
      `Cannot reckon with trial ${point.trial} of "${report.study}": its figures are not confirmed, and figures of a search flatter.`,
      `Confirm them with "${confirmCommand(report.study)}".`,
    );
  return {
    measured: {
      study: report.study,
      denseMs: report.dense.latencyMs,
      batch,
      candidate: point && {
        trial: point.trial,
        speedup: point.speedup,
        speedupCi: point.speedupCi,
        lostPoints: 100 * point.judged.drop,
        lostPointsCi: [
          100 * (point.judged.drop - point.judged.halfWidth),
          100 * (point.judged.drop + point.judged.halfWidth),
        ],
      },
    },
    device: report.device?.name ?? report.study,
    computed: report.device?.computed ?? false,
    quiet: report.dense.latencyQuality === 'good',
    point,
    why,
  };
}

function chosen(report: FrontReport, choice: RoiChoice): { readonly point: FrontPoint | null; readonly why: string } {
  if (choice.kind === 'max-drop') {
    const picked = pick(report, choice);
    const point = picked.state === 'picked' && picked.point.trial !== 0 ? picked.point : null;
    return { point, why: picked.why };
  }
  const point = report.best.find(({ trial }) => trial !== 0 && trial === choice.trial);
  if (point) return { point, why: '' };
  const others = report.best.flatMap(({ trial, confirmed }) => (trial !== 0 && confirmed ? [trial] : []));
  throw new UserError(
    `Trial ${choice.trial} is not on the front of "${report.study}".`,
    others.length > 0 ? `Confirmed there: ${others.sort((a, b) => a - b).join(', ')}.` : 'No trial there is confirmed.',
  );
}

/** The numbers of a stored study proved again. */
import type { Phase } from '../store/observation.ts';
import { requireComplete } from '../study/build/export.ts';
import { withWait } from '../study/build/plan.ts';
import { reopenPlan } from '../study/build/reopen.ts';
import type { Brought } from '../study/measure/brought.ts';
import { isProved } from '../study/verify/counts.ts';
import type { TrialVerdict } from '../study/verify/verdict.ts';
import { type VerifyReport, verifyStudy } from '../study/verify/verify.ts';
import type { ExportParts } from './export-trial.ts';

export interface VerifyStudyOptions extends Brought {
  /** What is scored and timed again: all that a front shows (`printed`, the default), every trial, or the one of this number. */
  readonly measure?: 'printed' | 'all' | number | undefined;
  /** Only the figures of this phase; of both by default. */
  readonly phase?: Phase | undefined;
  /** How long a measurement waits for a quiet machine, in milliseconds; by default as the hardware profile says. */
  readonly waitMs?: number | undefined;
  /** Where retrained networks are now: a file, or a folder of them. */
  readonly retrained?: string | undefined;
  readonly onTrial?: ((verdict: TrialVerdict) => void) | undefined;
  /** Told what is being done, and how much of it is left. */
  readonly onProgress?: ((doing: string) => void) | undefined;
  /** Aborted to end after the trial that is measured, or at once. */
  readonly finish?: AbortSignal | undefined;
  readonly stop?: AbortSignal | undefined;
}

export interface Verified extends VerifyReport {
  /** Whether nothing speaks against any number, and the machine let every latency be judged. */
  readonly passed: boolean;
}

const never = new AbortController().signal;

export async function verifiedStudy(
  { store, study, place, moved, warn }: ExportParts,
  { measure = 'printed', phase, waitMs, retrained, ...asked }: VerifyStudyOptions,
): Promise<Verified> {
  if (typeof measure === 'number') requireComplete(await store.trials.get(study.id, measure), measure, study);
  const report = await verifyStudy({
    store,
    study,
    plan: async () => withWait(await reopenPlan(study, place, moved.model), waitMs),
    storePath: place,
    data: moved.data,
    calibration: moved.calibration,
    retrained,
    measure,
    phase: phase ?? null,
    brought: asked,
    hooks: {
      onRecount: () => {},
      onTrial: asked.onTrial ?? (() => {}),
      progress: asked.onProgress ?? (() => {}),
      warn,
      finish: asked.finish ?? never,
      stop: asked.stop ?? never,
    },
  });
  return { ...report, passed: isProved(report) };
}

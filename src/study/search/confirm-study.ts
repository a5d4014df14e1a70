/** `confirm`: goes on with confirming a stored study, without searching on. */
import type { StudyEvent } from '../../events/event.ts';
import { telling } from '../../events/telling.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { reopenCalibration } from '../build/calibration.ts';
import { requireComplete } from '../build/export.ts';
import { demandSameModule } from '../build/metric.ts';
import { openStudyData } from '../build/open-data.ts';
import { withWait } from '../build/plan.ts';
import { reopenPlan } from '../build/reopen.ts';
import { type Brought, demandBrought } from '../measure/brought.ts';
import { openInstruments } from '../measure/instruments.ts';
import { leftMs } from '../measure/run-budget.ts';
import type { ConfirmEnd } from './confirm.ts';
import { confirmWithin } from './confirm-within.ts';

export interface ConfirmOptions {
  readonly storePath: string;
  /** Only this trial; the whole front by default. */
  readonly trial: number | undefined;
  /** Wall time; without bound by default. No further member is begun after it. */
  readonly timeMs: number | undefined;
  /** How long a measurement waits for a quiet machine; as the hardware profile says by default. */
  readonly waitMs?: number | undefined;
  /** Where the files of the study are now, if they have moved. */
  readonly model: string | undefined;
  readonly data: string | undefined;
  readonly calibration: string | undefined;
  /** What the program that searched brought, brought again. */
  readonly brought?: Brought | undefined;
}

export interface ConfirmHooks {
  readonly onEvent: (event: StudyEvent) => void;
  /** As in `search`. */
  readonly now?: (() => number) | undefined;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

/**
 * @param store open to be written to
 * @throws UserError when the study has nothing to confirm, or its files are not what they were
 */
export async function confirmStudy(
  store: Store,
  study: Study,
  options: ConfirmOptions,
  hooks: ConfirmHooks,
): Promise<ConfirmEnd> {
  const startedMs = performance.now();
  const { trial, timeMs, brought = {} } = options;
  demandSameModule(study);
  demandBrought(study, brought);
  const timeLeftMs = (): number => leftMs({ timeMs: timeMs ?? null, startedMs });
  const { finish, stop } = hooks;
  const { emit, watch } = telling(hooks.onEvent, hooks.now);
  for (const number of [0, trial ?? 0]) requireComplete(await store.trials.get(study.id, number), number, study);
  const plan = withWait(await reopenPlan(study, options.storePath, options.model), options.waitMs);
  const dataset = await openStudyData(study, options.data);
  const calibration = await reopenCalibration(plan, dataset, study, options.calibration, watch);
  const instruments = await openInstruments({
    plan,
    dataset,
    proxyImages: study.proxy.images,
    seed: study.proxy.seed,
    calibration,
    brought,
    watch,
  });
  const abort = (): void => void instruments.close();
  stop.addEventListener('abort', abort);
  try {
    return await confirmWithin({ store, study, plan, instruments, emit, finish, stop, only: trial }, timeLeftMs);
  } finally {
    stop.removeEventListener('abort', abort);
    await instruments.close();
  }
}

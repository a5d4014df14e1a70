/** What a verification comes to. */
import { passes } from './verdict.ts';
import type { VerifyReport } from './verify.ts';

export interface Counts {
  /** Numbers that do not hold. */
  readonly failed: number;
  /** Latencies that the load of this machine kept from being judged. */
  readonly busy: number;
}

export function countsOf({ disagreements, trials, dense, trainings }: VerifyReport): Counts {
  const latencies = trials.flatMap(({ phases }) => phases.map(({ latency }) => latency?.verdict));
  return {
    failed:
      disagreements.length +
      trials.filter(trial => !passes(trial)).length +
      dense.filter(({ verdict }) => verdict === 'differs').length +
      trainings.reduce((sum, each) => sum + each.disagreements.length, 0),
    busy: [...latencies, ...dense.map(({ verdict }) => verdict)].filter(verdict => verdict === 'busy').length,
  };
}

/** Whether every number that was checked is proved. */
export const isProved = (report: VerifyReport): boolean => {
  const { failed, busy } = countsOf(report);
  return failed === 0 && busy === 0;
};

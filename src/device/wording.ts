/** The one place that words warnings: what was seen, and what helps. */
import { formatDuration } from '../units/duration.ts';
import type { Cause } from './conditions.ts';
import type { Warning } from './warning.ts';

export interface WordedWarning {
  readonly seen: string;
  readonly remedy: string;
}

export function wordWarning(warning: Warning): WordedWarning {
  switch (warning.kind) {
    case 'noisy':
      return {
        seen: `Single calls vary by ${percent(warning.spread)}.`,
        remedy: 'Close other programs, set the CPU governor to "performance", or raise latencyBudget.maxMs.',
      };
    case 'other-load':
      return {
        seen: `Other processes kept ${warning.busyCores.toFixed(1)} cores busy during the measurement.`,
        remedy: 'Stop them, or measure again when the machine is idle; `top` shows which they are.',
      };
    case 'clock-drift':
      return {
        seen: `The dense model became ${percent(Math.abs(warning.drift))} ${warning.drift > 0 ? 'slower' : 'faster'} during the measurement.`,
        remedy:
          'The clock speed is changing: fix it (governor "performance", turbo off), cool the machine, or warm up longer (latencyBudget.warmup).',
      };
    case 'coarse-timer':
      return {
        seen: `A call takes ${warning.callMs.toPrecision(2)} ms, near the ${warning.resolutionMs.toPrecision(2)} ms that the timer can tell apart.`,
        remedy: 'Raise batchSize in the hardware profile.',
      };
    default:
      return warning satisfies never;
  }
}

/** One clause on what is in the way, such as `python3 (process 812) keeps 1.0 cores busy`. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'waited-for-cores':
      return `the measurement waited for a core ${percent(cause.share)} of its time`;
    case 'other-load': {
      const { names, busyCores } = cause;
      const who = names.length > 0 ? names.join(' and ') : 'other processes';
      return `${who} ${names.length === 1 ? 'keeps' : 'keep'} ${busyCores.toFixed(1)} cores busy`;
    }
    case 'stolen':
      return `other guests of this host took ${percent(cause.share)} of the processor time`;
    case 'slow-reference':
      return `the dense model took ${cause.slowdown.toFixed(2)} times as long as when the machine is quiet`;
    case 'few-cores':
      return `this process may use ${cause.cores} ${cause.cores === 1 ? 'core' : 'cores'} and the hardware profile has threads: ${cause.threads}`;
    default:
      return cause satisfies never;
  }
}

/** What a measurement that waits for a quiet machine says. */
export const waitingText = (causes: readonly Cause[], leftMs: number): string =>
  `Waiting for a quiet machine, up to ${formatDuration(leftMs)}: ${causes.map(causeText).join('; ')}.`;

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** The one place that words warnings and what disturbed a measurement: what was seen, and what helps. */
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
    case 'no-samples':
      return {
        seen: `The tool prints a ${warning.statistic} and no single times, so the interval is taken from the ${warning.statistic}s of its runs.`,
        remedy: 'Let it write every time, where it can; else there is nothing to do.',
      };
    default:
      return warning satisfies never;
  }
}

export function wordCause(cause: Cause): WordedWarning {
  switch (cause.kind) {
    case 'waited-for-cores':
      return {
        seen: `The threads that measured waited for a core for ${percent(cause.share)} of the time.`,
        remedy: 'Stop what else runs, or measure again when the machine is idle.',
      };
    case 'other-load': {
      const { busyCores, names } = cause;
      const who = names.length > 0 ? `, most of all ${names.join(' and ')}` : '';
      return {
        seen: `Other processes kept ${busyCores.toFixed(1)} ${busyCores.toFixed(1) === '1.0' ? 'core' : 'cores'} busy${who}.`,
        remedy: 'Stop them, or measure again when the machine is idle.',
      };
    }
    case 'stolen':
      return {
        seen: `The host of this virtual machine gave ${percent(cause.share)} of the processor time to other guests.`,
        remedy: 'Measure at another time, or on a machine of its own.',
      };
    case 'slow-reference':
      return {
        seen: `The dense model took ${cause.slowdown.toFixed(2)} times as long as on the quiet machine.`,
        remedy: 'Let the machine cool down and its clock settle, or stop what else runs; then measure again.',
      };
    case 'few-cores':
      return {
        seen: `The process may use ${cause.cores} ${cause.cores === 1 ? 'core' : 'cores'}, and the profile has ${cause.threads} threads.`,
        remedy:
          'Give it more cores (see `taskset`, or the limits of the container), or lower threads in the hardware profile.',
      };
    default:
      return cause satisfies never;
  }
}

/** What a measurement that waits for a quiet machine says. */
export const waitingText = (causes: readonly Cause[], leftMs: number): string =>
  `Waiting for a quiet machine, up to ${formatDuration(leftMs)}. ${causes.map(cause => wordCause(cause).seen).join(' ')}`;

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

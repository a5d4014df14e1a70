/** The one place that words warnings: what was seen, and what helps. */
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

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

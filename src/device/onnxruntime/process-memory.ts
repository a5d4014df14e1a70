/** The resident memory of this process, and its peak since a moment, as the system tells it. All in KiB (1024 bytes). */
import { readFileSync, writeFileSync } from 'node:fs';

/** A moment from which on the peak is wanted. */
export interface MemoryMark {
  /** Resident at the moment. */
  readonly residentKib: number;
  /** The peak up to the moment: the resident memory itself where the peak could be set back. */
  readonly peakKib: number;
}

/** Sets the peak back where the system lets a process do so (Linux 4.0 and later: man 5 proc_pid_clear_refs, value 5). */
export function markMemory(): MemoryMark {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Another system, or a container that forbids it: the peak of the start stays.
  }
  return { residentKib: residentKib(), peakKib: peakKib() };
}

/** By how much the peak since then exceeds what was resident then; null where it cannot be told from the peak before. */
export function addedSince(mark: MemoryMark, peak = peakKib()): number | null {
  const setBack = mark.peakKib - mark.residentKib <= tolerance;
  return setBack || peak > mark.peakKib ? Math.max(0, peak - mark.residentKib) : null;
}

/** The two counters of Linux are read one after the other. */
const tolerance = 1024;

export function residentKib(): number {
  return fromStatus('VmRSS') ?? process.memoryUsage.rss() / 1024;
}

/** `getrusage` counts what Linux sets back as well, but keeps the largest that was ever seen. */
function peakKib(): number {
  return fromStatus('VmHWM') ?? process.resourceUsage().maxRSS;
}

/** `VmHWM:     123 kB`, whose kB are KiB (man 5 proc_pid_status). */
export function parseStatus(text: string, field: string): number | null {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function fromStatus(field: string): number | null {
  try {
    return parseStatus(readFileSync('/proc/self/status', 'utf8'), field);
  } catch {
    return null;
  }
}

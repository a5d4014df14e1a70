/**
 * The energy counters of the processor (RAPL: Running Average Power Limit), as Linux shows them under /sys/class/powercap: microjoules of a
 * whole package, which wrap around at a range of their own (Documentation/power/powercap/powercap.rst). They are renewed about every
 * millisecond, so that a short call is known from the sum over many.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

const usualRoot = '/sys/class/powercap';

export interface EnergyCounters {
  /** Joules of all packages since the last call, or since they were opened. */
  readonly since: () => number;
  readonly close: () => void;
}

interface Counter {
  readonly file: number;
  readonly rangeMicrojoules: number;
  last: number;
}

/** Null where there are none, or they may not be read: most systems show them to root alone. */
export function openCounters(root = usualRoot): EnergyCounters | null {
  const counters = packagesIn(root).flatMap(folder => open(folder) ?? []);
  if (counters.length === 0) return null;
  return {
    since: () => counters.reduce((sum, counter) => sum + grownMicrojoules(counter), 0) / 1e6,
    close: () => {
      for (const { file } of counters) closeSync(file);
    },
  };
}

/** `intel-rapl:0`, and not `intel-rapl:0:0`, which is a part of it; AMD's are called so too. */
function packagesIn(root: string): string[] {
  try {
    const zones = readdirSync(root).filter(name => /^intel-rapl(-mmio)?:\d+$/.test(name));
    const named = zones.filter(name => /^package-/.test(readFileSync(join(root, name, 'name'), 'utf8')));
    // The same package may be shown twice, by register and by memory.
    const direct = named.filter(name => name.startsWith('intel-rapl:'));
    return (direct.length > 0 ? direct : named).map(name => join(root, name));
  } catch {
    return [];
  }
}

function open(folder: string): Counter | null {
  try {
    const rangeMicrojoules = Number(readFileSync(join(folder, 'max_energy_range_uj'), 'utf8'));
    const counter = { file: openSync(join(folder, 'energy_uj'), 'r'), rangeMicrojoules, last: 0 };
    counter.last = microjoulesOf(counter.file);
    return Number.isFinite(counter.last) && rangeMicrojoules > 0 ? counter : null;
  } catch {
    return null;
  }
}

const text = Buffer.alloc(32);

/** One read of an open file: a call is not to be kept waiting. */
const microjoulesOf = (file: number): number =>
  Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)));

function grownMicrojoules(counter: Counter): number {
  const now = microjoulesOf(counter.file);
  const grown = now - counter.last;
  counter.last = now;
  return grown >= 0 ? grown : grown + counter.rangeMicrojoules;
}

/** The rooms of `src`, the floor each is on, and which of node's own modules it may touch. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

interface Room {
  readonly floor: number;
  /** `none`: no import from `node:` or of a native package; `disk`: files and paths; `all`: processes and clocks too. */
  readonly platform: 'none' | 'disk' | 'all';
  /** Rooms on the same floor that may be imported; by default only the room itself. */
  readonly beside?: readonly string[];
}

const pure = (floor: number, beside: readonly string[] = []): Room => ({ floor, platform: 'none', beside });
const platform = (floor: number, beside: readonly string[] = []): Room => ({ floor, platform: 'all', beside });

export const rooms: Readonly<Record<string, Room>> = {
  errors: pure(0),
  units: pure(0, ['errors']),
  random: pure(0),
  stats: pure(0, ['random', 'errors']),
  linalg: pure(0, ['errors', 'random']),
  files: { floor: 1, platform: 'disk' },
  onnx: pure(1),
  tuner: pure(2),
  decompose: pure(3),
  space: pure(3, ['decompose']),
  data: { floor: 3, platform: 'disk' },
  workers: platform(4),
  store: platform(4, ['workers']),
  device: platform(4, ['workers']),
  evaluate: platform(4, ['workers']),
  calibrate: platform(4, ['workers', 'evaluate', 'train']),
  train: platform(4, ['workers']),
  report: pure(5),
  study: platform(5, ['report']),
  cli: platform(6),
  dashboard: platform(6),
};

const diskModules = new Set([
  'node:fs',
  'node:fs/promises',
  'node:path',
  'node:url',
  'node:crypto',
  'node:buffer',
  'node:stream',
  'node:stream/promises',
  'node:zlib',
]);
const nativePackages = new Set(['onnxruntime-node', 'sharp', 'piscina', 'kysely']);
/** The one file that loads ONNX Runtime, with its telemetry off; types load nothing. */
const runtimeLoader = 'workers/onnxruntime.ts';
const loadsRuntime =
  /^(?:import|export)\s+(?!type\b)[^;]*?'onnxruntime-node'|\b(?:import|require)\('onnxruntime-node'\)/gm;
const specifiers = /(?:\bfrom\s+|\bimport\s+|\bimport\()\s*['"]([^'"]+)['"]/g;

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Reads every TypeScript file under `source` and returns the imports that break the order of the rooms. */
export function layerViolations(source: string): Violation[] {
  const violations: Violation[] = [];
  for (const file of globSync('*/**/*.ts', { cwd: source })) {
    const path = file.replaceAll('\\', '/');
    const text = readFileSync(join(source, file), 'utf8');
    const add = (at: number, message: string): void => {
      violations.push({ file: `src/${path}`, line: text.slice(0, at).split('\n').length, message });
    };
    for (const match of text.matchAll(specifiers)) {
      const message = judge(path, match[1] ?? '');
      if (message) add(match.index, message);
    }
    for (const { index } of path === runtimeLoader ? [] : text.matchAll(loadsRuntime))
      add(index, `only ${runtimeLoader} may load onnxruntime-node: it turns the telemetry off first`);
  }
  return violations;
}

/** Why the file at `path` (relative to `src`, with `/`) may not import `specifier`, or null when it may. */
export function judge(path: string, specifier: string): string | null {
  const name = path.split('/')[0] ?? '';
  const room = rooms[name];
  if (!room) return `"${name}" is not a room; add it to scripts/layers.ts with its floor`;
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(path), specifier)).split('/')[0] ?? '';
    if (target === name) return null;
    const other = rooms[target];
    if (!other) return `"${specifier}" leaves the rooms of src`;
    if (other.floor < room.floor || room.beside?.includes(target)) return null;
    return `${name} (floor ${room.floor}) may not import ${target} (floor ${other.floor})`;
  }
  if (room.platform === 'all') return null;
  if (specifier.startsWith('node:')) {
    return room.platform === 'disk' && diskModules.has(specifier) ? null : `${name} may not import ${specifier}`;
  }
  const allowed = room.platform === 'disk' && specifier === 'sharp';
  return nativePackages.has(specifier) && !allowed ? `${name} may not import ${specifier}` : null;
}

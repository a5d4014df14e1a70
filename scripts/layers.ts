/** The rooms of `src`, the floor each is on, and which of node's own modules it may touch. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

interface Room {
  readonly floor: number;
  /** `none`: no import from `node:` or of a native package; `disk`: files and paths; `all`: processes and clocks too. */
  readonly platform: 'none' | 'disk' | 'all';
}

const pure = (floor: number): Room => ({ floor, platform: 'none' });
const disk = (floor: number): Room => ({ floor, platform: 'disk' });
const platform = (floor: number): Room => ({ floor, platform: 'all' });

/** A room may import itself and any room on a lower floor. A folder of a room that has a row of its own is a room. */
export const rooms: Readonly<Record<string, Room>> = {
  errors: pure(0),
  random: pure(0),
  units: pure(1),
  stats: pure(1),
  linalg: pure(1),
  files: disk(2),
  onnx: pure(2),
  money: pure(2),
  tuner: pure(3),
  autodiff: pure(3),
  decompose: pure(3),
  data: disk(3),
  space: pure(4),
  metric: pure(4),
  host: platform(5),
  threads: platform(6),
  runtime: platform(6),
  store: platform(6),
  objectives: pure(7),
  images: platform(7),
  device: platform(8),
  agent: platform(9),
  fleet: platform(9),
  evaluate: platform(8),
  calibrate: platform(8),
  train: platform(8),
  events: pure(8),
  report: pure(9),
  'study/build': platform(10),
  'study/measure': platform(11),
  'study/inspect': platform(12),
  'study/propose': platform(12),
  'study/work': platform(13),
  'study/recount': platform(13),
  'study/read': platform(14),
  'study/search': platform(15),
  'study/train': platform(16),
  'study/transfer': platform(16),
  'study/refine': platform(16),
  'study/audit': platform(17),
  'study/verify': platform(17),
  serve: platform(18),
  library: platform(18),
  cli: platform(19),
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
const nativePackages = new Set(['onnxruntime-node', 'sharp', 'piscina', 'kysely', 'pg', 'pg-boss']);
/** The one file that loads ONNX Runtime, with its telemetry off; types load nothing. */
const runtimeLoader = 'runtime/onnxruntime.ts';
const loadsRuntime =
  /^(?:import|export)\s+(?!type\b)[^;]*?'onnxruntime-node'|\b(?:import|require)\('onnxruntime-node'\)/gm;
const specifiers = /(?:\bfrom\s+|\bimport\s+|\bimport\()\s*['"]([^'"]+)['"]/g;

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Every fault of the files under `source`: imports that break the order of the rooms, and circles. */
export function layerViolations(source: string): Violation[] {
  const violations: Violation[] = [];
  const imports = new Map<string, readonly string[]>();
  for (const file of globSync('*/**/*.ts', { cwd: source })) {
    const path = file.replaceAll('\\', '/');
    const text = readFileSync(join(source, file), 'utf8');
    const add = (at: number, message: string): void => {
      violations.push({ file: `src/${path}`, line: text.slice(0, at).split('\n').length, message });
    };
    const found = [...text.matchAll(specifiers)].map(match => ({ at: match.index, specifier: match[1] ?? '' }));
    for (const { at, specifier } of found) {
      const message = judge(path, specifier);
      if (message) add(at, message);
    }
    imports.set(
      path,
      found.flatMap(({ specifier }) => (specifier.startsWith('.') ? [resolved(path, specifier)] : [])),
    );
    for (const { index } of path === runtimeLoader ? [] : text.matchAll(loadsRuntime))
      add(index, `only ${runtimeLoader} may load onnxruntime-node: it turns the telemetry off first`);
  }
  for (const circle of circles(imports))
    violations.push({ file: `src/${circle[0]}`, line: 1, message: `a circle of imports: ${circle.join(' -> ')}` });
  return violations;
}

/** Rows of the table above that no file under `source` belongs to. */
export function emptyRooms(source: string): string[] {
  const held = new Set(globSync('*/**/*.ts', { cwd: source }).map(file => roomOf(file.replaceAll('\\', '/'))));
  return Object.keys(rooms).filter(name => !held.has(name));
}

const resolved = (path: string, specifier: string): string =>
  posix.normalize(posix.join(posix.dirname(path), specifier));

/** The room with the longest name that the path starts with; null where it is in none. */
export const roomOf = (path: string): string | null =>
  Object.keys(rooms)
    .filter(name => path.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0] ?? null;

/** Why the file at `path` (relative to `src`, with `/`) may not import `specifier`, or null when it may. */
export function judge(path: string, specifier: string): string | null {
  const name = roomOf(path);
  const room = name === null ? undefined : rooms[name];
  if (!room) return `"${posix.dirname(path)}" is not a room; add it to scripts/layers.ts with its floor`;
  if (specifier.startsWith('.')) {
    const target = roomOf(resolved(path, specifier));
    if (target === name) return null;
    const other = target === null ? undefined : rooms[target];
    if (!other) return `"${specifier}" leaves the rooms of src`;
    return other.floor < room.floor
      ? null
      : `${name} (floor ${room.floor}) may not import ${target} (floor ${other.floor})`;
  }
  if (room.platform === 'all') return null;
  if (specifier.startsWith('node:')) {
    return room.platform === 'disk' && diskModules.has(specifier) ? null : `${name} may not import ${specifier}`;
  }
  const allowed = room.platform === 'disk' && specifier === 'sharp';
  return nativePackages.has(specifier) && !allowed ? `${name} may not import ${specifier}` : null;
}

/**
 * One circle for every import that closes one, imports of types included; each is named once, from the file where it was entered.
 * Depth first: an import of a file that is still open closes a circle.
 */
export function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (file: string): void => {
    const at = open.indexOf(file);
    if (at >= 0) found.push([...open.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    open.push(file);
    for (const next of imports.get(file) ?? []) visit(next);
    open.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return found;
}

/** No command writes outside the folders that it was given, or opens a connection: ONNX Runtime's telemetry is off wherever it is loaded. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { smallTraining } from '../train/loop/request.ts';
import { type Ended, start } from './rankfront.ts';
import { cifarRecords, makeWorld, measuredProfile } from './world.ts';

const world = makeWorld();
const at = (name: string): string => join(world.folder, name);
const measured = at('measured.yaml');
writeFileSync(measured, measuredProfile);
smallTraining(world.folder);
mkdirSync(at('more'));
writeFileSync(at('more/test_batch.bin'), cifarRecords(70, 8));
afterAll(world.remove);

const tryRead = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The inodes of all sockets of this machine that speak IP. */
const internetSockets = (): ReadonlySet<string> =>
  new Set(
    ['tcp', 'tcp6', 'udp', 'udp6'].flatMap(table =>
      tryRead(`/proc/net/${table}`)
        .split('\n')
        .slice(1)
        .map(line => line.trim().split(/\s+/)[9] ?? ''),
    ),
  );

/** What `pid` and all that it started have open. */
function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}`;
  try {
    const own = readdirSync(`${folder}/fd`).flatMap(fd => {
      try {
        return [readlinkSync(`${folder}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
    const children = readdirSync(`${folder}/task`).flatMap(task =>
      tryRead(`${folder}/task/${task}/children`).trim().split(' ').filter(Boolean),
    );
    return [...own, ...children.flatMap(child => openFiles(Number(child)))];
  } catch {
    return [];
  }
}

interface Watched extends Ended {
  readonly home: readonly string[];
  readonly temporary: readonly string[];
  readonly connections: number;
  /** How often the libraries of ONNX Runtime were seen at work. */
  readonly looks: number;
}

/** Runs a command with an empty home and an empty temporary folder, and without whatever else might turn telemetry off. */
async function watched(args: readonly string[]): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-nothing-'));
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
  mkdirSync(home);
  mkdirSync(temporary);
  const unset = Object.keys(process.env).filter(name => /^(CI|TF_BUILD|XDG_|ORT_|[A-Z]+_ACTIONS|VITEST)/.test(name));
  const env = Object.fromEntries(unset.map(name => [name, '']));
  const { child, ended } = start(args, {
    ...env,
    HOME: home,
    TMPDIR: temporary,
    RANKFRONT_CACHE: join(folder, 'cache'),
  });
  let [connections, looks] = [0, 0];
  const timer = setInterval(() => {
    const sockets = openFiles(child.pid ?? -1).flatMap(file => /^socket:\[(\d+)\]$/.exec(file)?.[1] ?? []);
    const internet = internetSockets();
    connections += sockets.filter(inode => internet.has(inode)).length;
    looks += sockets.length > 0 ? 1 : 0;
  }, 10);
  try {
    const end = await ended;
    const files = (at: string): string[] => readdirSync(at, { recursive: true }).map(String);
    return { ...end, home: files(home), temporary: files(temporary), connections, looks };
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

test.skipIf(process.platform !== 'linux').each([
  ['doctor', ['doctor', '--json']],
  [
    'a search',
    world.search(
      '--trials',
      '2',
      '--hardware',
      measured,
      '--calibration',
      `cifar10:${at('more')}`,
      '--strategy',
      'bayesian',
    ),
  ],
  [
    'a training',
    [
      'train',
      '--model',
      at('net.onnx'),
      '--data',
      at('shapes.yaml'),
      '--batch',
      '8',
      '--epochs',
      '1',
      '--out',
      at('out.onnx'),
    ],
  ],
])('%s leaves home and temporary folder empty and opens no connection', { timeout: 120_000 }, async (_, args) => {
  const { status, stderr, home, temporary, connections, looks } = await watched(args);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect({ home, temporary, connections }).toEqual({ home: [], temporary: [], connections: 0 });
  // Children speak through sockets of their own, so a look that sees none sees nothing at all.
  expect(looks).toBeGreaterThan(5);
});

/** `rankfront agent` as a process of its own on this machine, and profiles that reach it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HardwareProfile } from '../../src/device/profile.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { start } from '../cli/rankfront.ts';

export interface FarAgent {
  readonly port: number;
  readonly pid: number;
  /** What it has said so far. */
  readonly said: () => string;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

export const farToken = 'a-token-of-thirty-two-characters';

/** What the device there is, of a small network on one thread. */
export const measuredThere = `name: there
provider: cpu
threads: 1
rankGranularity: 4
latencyBudget: { halfWidth: 0.2, maxMs: 300, minPairs: 5, warmup: 1, sessions: 3, waitMs: 0 }
`;

export const computedThere = `name: there
driver: roofline
rankGranularity: 4
roofline:
  peakMacsPerSecond: 1e9
  bandwidthBytesPerSecond: 1e9
`;

/** @param args more of them; it listens on a free port of 127.0.0.1 unless they say otherwise */
export async function farAgent(folder: string, hardware: string, args: readonly string[] = []): Promise<FarAgent> {
  const profile = join(folder, 'there.yaml');
  const token = join(folder, 'token');
  writeFileSync(profile, hardware);
  writeFileSync(token, `${farToken}\n`);
  const place = args.includes('--listen') || args.includes('--connect') ? [] : ['--listen', '127.0.0.1:0'];
  const given = ['agent', '--hardware', profile, '--token-file', token, '--cache', join(folder, 'there'), ...place];
  const { child, ended } = start([...given, ...args], { TMPDIR: folder });
  let said = '';
  const ready = new Promise<number>((resolve, reject) => {
    child.stderr?.on('data', chunk => {
      said += chunk;
      const listening = /(?:Listening|Dialling) (?:at )?\S+:(\d+) to measure/.exec(said);
      if (listening) resolve(Number(listening[1]));
    });
    void ended.then(({ status }) => reject(new Error(`the agent ended with status ${status}: ${said}`)));
  });
  const port = await ready;
  return {
    port,
    pid: child.pid ?? 0,
    said: () => said,
    kill: async signal => {
      child.kill(signal);
      await ended;
    },
  };
}

/** @param more lines of the driver, such as `exact: true` */
export const remoteYaml = (folder: string, port: number, more = ''): string => `name: far
driver: { kind: remote, address: "127.0.0.1:${port}", tokenFile: ${JSON.stringify(join(folder, 'token'))}${more ? `, ${more}` : ''} }
rankGranularity: 4
latencyBudget: { halfWidth: 0.2, maxMs: 300, minPairs: 5, warmup: 1, sessions: 3, waitMs: 0 }
`;

export const remoteProfile = (folder: string, port: number, more = ''): HardwareProfile =>
  parseHardwareProfile(remoteYaml(folder, port, more), 'far.yaml');

/** Several searches at one agent: one at a time, each told its place, and one that vanishes holds nobody up. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../src/device/device.ts';
import { openDevice } from '../../src/device/open.ts';
import { measured } from '../device/contract.ts';
import { tinyConv, writeModelFile } from '../device/tiny-model.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { type FarAgent, farAgent, measuredThere, remoteProfile, remoteYaml } from './far-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-several-'));
let agent: FarAgent;
beforeAll(async () => {
  agent = await farAgent(folder, measuredThere);
});
afterAll(async () => {
  await agent.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});
const dense = writeModelFile(join(folder, 'dense.onnx'), tinyConv({ inputShape: ['N', 3, 24, 24], channels: [24, 8] }));
const thin = writeModelFile(join(folder, 'thin.onnx'), tinyConv({ inputShape: ['N', 3, 24, 24], channels: [16, 8] }));
const short = { halfWidth: 0.3, maxMs: 200, minPairs: 5, seed: 1, sessions: 1 };
const long = { ...short, halfWidth: 1e-6, maxMs: 60_000, sessions: 50 };

const open = (said: string[], port = agent.port): Promise<Device> =>
  openDevice(remoteProfile(folder, port), { scratchDir: folder, onWait: message => said.push(message) });

/** A search host of its own, that asks for a long measurement and says when that runs. */
function client(port: number) {
  writeFileSync(join(folder, 'far.yaml'), remoteYaml(folder, port));
  const at = (path: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src', path)).href);
  const program = `
    import { readFileSync } from 'node:fs';
    import { openDevice } from ${at('device/open.ts')};
    import { parseHardwareProfile } from ${at('device/profile.ts')};
    const profile = parseHardwareProfile(readFileSync(${JSON.stringify(join(folder, 'far.yaml'))}, 'utf8'), 'far.yaml');
    const device = await openDevice(profile, { scratchDir: ${JSON.stringify(folder)} });
    console.log('open');
    await device.latency(${JSON.stringify(thin)}, ${JSON.stringify(dense)}, ${JSON.stringify(long)});
    console.log('done');
  `;
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const until = (child: ReturnType<typeof client>, text: string): Promise<void> =>
  new Promise(resolve => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes(text) && resolve());
  });
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

describe('an agent with several clients', () => {
  test('measures one at a time, and tells the others their place', async () => {
    const said: string[][] = [[], [], []];
    const devices = await Promise.all(said.map(each => open(each)));
    try {
      const works = devices.map(async (device, i) => {
        await pause(150 * i);
        return measured(await device.latency(thin, dense, { ...short, halfWidth: 1e-6, maxMs: 1500, sessions: 3 }));
      });
      for (const latency of await Promise.all(works)) expect(latency.candidateSamplesMs.length).toBeGreaterThan(4);
      expect(said[2]?.some(message => /place 2 of 2/.test(message))).toBe(true);
    } finally {
      for (const device of devices) await device.close();
    }
  });

  test.each(['killed', 'behind a cable that went silent'])(
    'a client that is %s frees the device within seconds',
    { timeout: 90_000 },
    async how => {
      const proxy = await cuttingProxy(agent.port);
      const gone = client(proxy.port);
      await until(gone, 'open');
      await pause(1500);
      const device = await open([]);
      try {
        const waiting = device.latency(thin, dense, short);
        await pause(500);
        const beganMs = performance.now();
        if (how === 'killed') gone.kill('SIGKILL');
        else proxy.cut('silent');
        measured(await waiting);
        expect(performance.now() - beganMs).toBeLessThan(how === 'killed' ? 10_000 : 20_000);
      } finally {
        gone.kill('SIGKILL');
        await device.close();
        await proxy.close();
      }
    },
  );
});

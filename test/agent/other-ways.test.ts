/** The other ways to an agent: one that dials out, and TLS either way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDevice } from '../../src/device/open.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { rankfront } from '../cli/rankfront.ts';
import { measured } from '../device/contract.ts';
import { tinyConv, writeModelFile } from '../device/tiny-model.ts';
import { computedThere, farAgent } from './far-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-ways-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const model = writeModelFile(join(folder, 'm.onnx'), tinyConv({ inputShape: ['N', 3, 24, 24], channels: [24, 8] }));
const budget = { halfWidth: 0.3, maxMs: 200, minPairs: 5, seed: 1 };
const [cert, key] = ['cert.pem', 'key.pem'].map(name => join(import.meta.dirname, 'fixtures', name)) as [
  string,
  string,
];

const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const profile = (driver: string) =>
  parseHardwareProfile(
    `name: far\nrankGranularity: 4\ndriver:\n  kind: remote\n  exact: true\n  tokenFile: ${JSON.stringify(join(folder, 'token'))}\n  ${driver}\n`,
    'far.yaml',
  );
const open = (driver: string, said: string[] = []) =>
  openDevice(profile(driver), { scratchDir: folder, onWait: message => said.push(message) });

test('an agent that dials out is used by a search that listens, again and again, also after a kill', {
  timeout: 90_000,
}, async () => {
  const port = await freePort();
  let agent = await farAgent(folder, computedThere, ['--connect', `127.0.0.1:${port}`]);
  const said: string[] = [];
  for (let search = 0; search < 2; search++) {
    const device = await open(`listen: 127.0.0.1:${port}`, said);
    measured(await device.latency(model, model, budget));
    if (search === 0) {
      await agent.kill('SIGKILL');
      const waiting = device.latency(model, model, budget);
      await new Promise(resolve => setTimeout(resolve, 2500));
      expect(said.filter(message => /is lost .*Trying again/.test(message))).toHaveLength(1);
      agent = await farAgent(folder, computedThere, ['--connect', `127.0.0.1:${port}`]);
      measured(await waiting);
    }
    await device.close();
  }
  await agent.kill('SIGTERM');
});

test('TLS, checked by the certificate', { timeout: 60_000 }, async () => {
  const agent = await farAgent(folder, computedThere, ['--tls-cert', cert, '--tls-key', key]);
  try {
    const device = await open(`address: "localhost:${agent.port}"\n  tls: { ca: ${JSON.stringify(cert)} }`);
    measured(await device.latency(model, model, budget));
    await device.close();
    const quick = 'reconnectMs: 500';
    await expect(open(`address: "localhost:${agent.port}"\n  ${quick}\n  tls: {}`)).rejects.toThrow(
      /SELF_SIGNED|certificate/i,
    );
    await expect(open(`address: "localhost:${agent.port}"\n  ${quick}`)).rejects.toThrow(/could not be reached/);
  } finally {
    await agent.kill('SIGTERM');
  }
});

test('TLS where the agent dials out', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const agent = await farAgent(folder, computedThere, ['--connect', `localhost:${port}`, '--tls-ca', cert]);
  try {
    const files = `tls: { cert: ${JSON.stringify(cert)}, key: ${JSON.stringify(key)} }`;
    const device = await open(`listen: "127.0.0.1:${port}"\n  ${files}`);
    measured(await device.latency(model, model, budget));
    await device.close();
  } finally {
    await agent.kill('SIGTERM');
  }
});

test('nothing goes beyond this machine without a token', async () => {
  const hardware = join(folder, 'there.yaml');
  for (const place of [
    ['--listen', '0.0.0.0:0'],
    ['--listen', '[::]:0'],
    ['--listen', 'example.org:7300'],
    ['--connect', '127.0.0.1:7300'],
  ]) {
    const { status, stderr } = await rankfront([
      'agent',
      '--hardware',
      hardware,
      '--cache',
      join(folder, 'c'),
      ...place,
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/without a token.*--token-file/);
  }
  const { stderr } = await rankfront(['agent', '--hardware', hardware, '--token-file', hardware]);
  expect(stderr).toMatch(/Cannot use the token/);
});

/** Agents that are not what a search takes them for: older ones, and one that comes back on another device. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import { openDevice } from '../../src/device/open.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { type Listening, listen } from '../../src/device/remote/connect.ts';
import type { Link } from '../../src/device/remote/frames.ts';
import type { Hello } from '../../src/device/remote/messages.ts';
import { measured } from '../device/contract.ts';
import { tinyConv, writeModelFile } from '../device/tiny-model.ts';
import { computedThere } from './far-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-others-'));
const model = writeModelFile(join(folder, 'm.onnx'), tinyConv({ inputShape: ['N', 3, 24, 24], channels: [24, 8] }));
const budget = { halfWidth: 0.3, maxMs: 200, minPairs: 5, seed: 1 };
let agent: Agent;
let listening: Listening;
let links: Link[] = [];
/** What the agent says of itself. */
let hello: (own: Hello) => object = own => own;

beforeAll(async () => {
  const profile = parseHardwareProfile(computedThere, 'there.yaml');
  agent = await startAgent({ profile, cache: join(folder, 'there'), cacheBytes: 1e8, log: () => {} });
  const accepted = (link: Link): void => {
    links.push(link);
    const send: Link['send'] = (header, body) =>
      link.send('kind' in header && header.kind === 'hello' ? hello(header as Hello) : header, body);
    void agent.serve({ ...link, send });
  };
  listening = await listen({ host: '127.0.0.1', port: 0 }, '', 'client', null, accepted, () => {});
});
afterAll(async () => {
  await listening.close();
  await agent.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (more = '') =>
  openDevice(
    parseHardwareProfile(
      `name: far\nrankGranularity: 4\ndriver: { kind: remote, exact: true, address: "127.0.0.1:${listening.address.port}" }\n${more}`,
      'far.yaml',
    ),
    { scratchDir: folder },
  );

test('one that is too old to score is used for latencies, and refused for scores', async () => {
  hello = ({ device: { scores: _scores, ...device }, ...own }) => ({ ...own, rankfront: '0.0.9', device });
  const device = await open();
  measured(await device.latency(model, model, budget));
  await device.close();
  await expect(open('host: { scorer: device }')).rejects.toThrow(
    /Cannot score on the agent .*: its rankfront 0\.0\.9 is too old for that\. Install the same version/,
  );
});

test('one of another protocol is refused', async () => {
  hello = own => ({ ...own, protocol: 1 });
  await expect(open()).rejects.toThrow(/speaks version 1 of the protocol/);
});

test.each([
  [
    'another processor',
    { cpuModel: 'Another' },
    /is on another device than this began with: cpuModel was .* and is Another/,
  ],
  ['another runtime', { onnxruntime: '9.9.9' }, /onnxruntime was .* and is 9\.9\.9/],
] as const)('one that comes back with %s stops what is under way', async (_what, other, message) => {
  hello = own => own;
  const device = await open();
  try {
    measured(await device.latency(model, model, budget));
    hello = own => ({ ...own, environment: { ...own.environment, ...other } });
    for (const link of links) link.close();
    links = [];
    await expect(device.latency(model, model, budget)).rejects.toThrow(message);
  } finally {
    await device.close();
  }
});

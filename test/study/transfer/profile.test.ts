/** What of a profile stays that of the first study, and what is of the new device. */
import { expect, test } from 'vitest';
import { parseHardwareProfile } from '../../../src/device/profile.ts';
import { transferredProfile } from '../../../src/study/transfer/profile.ts';

const from = (host: string) =>
  parseHardwareProfile(`name: first\ndriver: { kind: onnxruntime, threads: 2 }\nhost: ${host}\n`, 'first.yaml');
const there = (host: string): string =>
  `name: second\nrankGranularity: 8\ndriver: { kind: remote, address: "board:7300" }\nhost: ${host}\n`;

test('sessions and ladders stay, and whether the device scores is as the new profile says', () => {
  for (const [first, second, scorer] of [
    ['{ threads: 4 }', '{ threads: 1, scorer: device }', 'device'],
    ['{ threads: 4, scorer: device }', '{ threads: 1 }', 'host'],
    ['{ threads: 4 }', '{ threads: 4, scorer: device }', 'device'],
  ] as const) {
    const { profile, text, kept } = transferredProfile(there(second), 'second.yaml', from(first));
    expect(profile.scorer).toBe(scorer);
    expect(profile.host.threads).toBe(4);
    expect(profile.rankGranularity).toBe(16);
    expect(kept).toContain('rankGranularity');
    expect(parseHardwareProfile(text, 'written.yaml')).toEqual(profile);
  }
});

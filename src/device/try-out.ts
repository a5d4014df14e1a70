/** Tries a hardware profile: opens the device, and times a small model against itself and against a smaller one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { sha256Of } from '../host/model-file.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import { canaryModel } from './canary.ts';
import type { Device, LatencyBudget, ModelFile, PairedLatency } from './device.ts';
import { checkCanary } from './onnxruntime/check-canary.ts';
import { openDevice } from './open.ts';
import type { HardwareProfile } from './profile.ts';
import { walkToAgent } from './remote/walk.ts';
import { wordCause } from './wording.ts';

const budget: LatencyBudget = { halfWidth: 0.05, maxMs: 1500, minPairs: 10, seed: 1, sessions: 3, waitMs: 5000 };

/**
 * @param done told of each step when it is done
 * @param scoring tries it where the profile lets the device score, and says how
 * @throws UserError that says how the step failed, and the way out
 */
export async function tryOut(
  profile: HardwareProfile,
  done: (step: string, said: string) => void,
  onWait: (message: string) => void,
  scoring: (profile: HardwareProfile, device: Device) => Promise<string>,
): Promise<void> {
  if (profile.driver.kind === 'remote') await walkToAgent(profile.driver, profile, done);
  const scratch = scratchFolder();
  try {
    const device = await openDevice(profile, { scratchDir: scratch.path, onWait, timeoutMs: 60_000 });
    try {
      done('open', `driver ${device.driver}`);
      const file = (name: string, channels: number): ModelFile => {
        const path = join(scratch.path, name);
        const bytes = canaryModel(channels, profile);
        writeFileSync(path, bytes);
        return { path, sha256: sha256Of(bytes) };
      };
      const [wide, thin] = [file('wide.onnx', 64), file('thin.onnx', 16)];
      const { driver } = profile;
      if (driver.kind === 'onnxruntime') {
        const error = await checkCanary(thin.path, 16, driver, profile);
        done('result', `a small model gives what it should, within ${(100 * error).toPrecision(2)} %`);
      }
      if (profile.scorer === 'device') done('scoring', await scoring(profile, device));
      const same = await timed(device, wide, wide);
      done('canary', `${same.referenceMs.toPrecision(3)} ms a call, ${interval(same)} of itself${inItsWay(same)}`);
      const pair = await timed(device, thin, wide);
      done('pair', `a quarter of the channels takes ${interval(pair)} of the time${inItsWay(pair)}`);
    } finally {
      await device.close();
    }
  } finally {
    scratch.remove();
  }
}

async function timed(device: Device, candidate: ModelFile, reference: ModelFile): Promise<PairedLatency> {
  const answer = await device.latency(candidate, reference, budget);
  if (answer.state === 'complete') return answer.value;
  throw new UserError(
    `Cannot time a small model on the device: ${answer.detail}.`,
    'Check the settings of the driver; "rankfront doctor" says which execution providers are there.',
  );
}

const interval = ({ ratio, interval: [low, high] }: PairedLatency): string =>
  `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

const inItsWay = ({ conditions }: PairedLatency): string =>
  conditions.causes.map(cause => `. ${wordCause(cause).seen}`.replace(/\.$/, '')).join('');

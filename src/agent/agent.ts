/** The measuring server on a device: one device, a cache of pieces of models, and a queue of one. It knows nothing of searches. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { cooledDevice } from '../device/cooled.ts';
import type { Device } from '../device/device.ts';
import { deviceWords, openDevice } from '../device/open.ts';
import type { HardwareProfile } from '../device/profile.ts';
import type { Link } from '../device/remote/frames.ts';
import { type Hello, protocolVersion } from '../device/remote/messages.ts';
import { currentEnvironment } from '../host/environment.ts';
import { currentOwner } from '../host/process-identity.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import { rankfrontVersion } from '../host/version.ts';
import { openBlobStore } from './blob-store.ts';
import { converse } from './conversation.ts';
import { farScorer } from './far-scorer.ts';
import { measuredDevice } from './measured-device.ts';
import { startMeasurements } from './measurements.ts';
import { takeTurns } from './turns.ts';

export interface AgentOptions {
  readonly profile: HardwareProfile;
  /** A folder of the agent's own. */
  readonly cache: string;
  readonly cacheBytes: number;
  readonly log: (message: string) => void;
  /** 3 s by default. */
  readonly leaseMs?: number;
  readonly lockDir?: string;
}

export interface Agent {
  readonly hello: Hello;
  /** Serves one client until it is gone. */
  serve(link: Link): Promise<void>;
  /** What is under way is given up, which its clients take for a lost link. */
  close(): Promise<void>;
}

/** A link that is cut is there again sooner, as a rule; a client that is gone holds the device no longer. */
const usualLeaseMs = 3000;

/** Throws a UserError when the device of the profile, or the cache, cannot be used. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { profile, log, leaseMs = usualLeaseMs } = options;
  const store = openBlobStore(join(options.cache, 'pieces'), options.cacheBytes);
  const scratch = scratchFolder();
  const open = async (onWait: (message: string) => void): Promise<Device> => {
    const { lockDir } = options;
    const opened = await openDevice(profile, { scratchDir: scratch.path, onWait, ...(lockDir ? { lockDir } : {}) });
    // Nobody stands beside it: how warm and how fast it was is told with every figure. A profile that asks for a rest has that already.
    return profile.coolDown ? opened : cooledDevice(opened, { coolDown: undefined });
  };
  const device = measuredDevice(open);
  const never = new AbortController().signal;
  const can = await device.use(never, log, async ({ exact, nodeTimes, peakMemory }) => ({
    exact,
    nodeTimes: nodeTimes !== undefined,
    peakMemory: peakMemory !== undefined,
  }));
  const { driver } = profile;
  const scorer = driver.kind === 'onnxruntime' ? farScorer(driver, store) : null;
  const turns = takeTurns();
  const measurements = startMeasurements({ device, scorer, turns, store, leaseMs, log });
  const { name, batchSize, precision, inputShape } = profile;
  const hello: Hello = {
    kind: 'hello',
    protocol: protocolVersion,
    rankfront: rankfrontVersion(),
    instance: randomUUID(),
    bootId: currentOwner().bootId,
    device: { name, words: deviceWords(profile), ...can, scores: scorer !== null, batchSize, precision, inputShape },
    environment: currentEnvironment(),
  };
  return {
    hello,
    serve: link => converse(link, { hello, measurements, turns, store }),
    close: async () => {
      measurements.close();
      await device.close();
      await scorer?.close();
      scratch.remove();
    },
  };
}

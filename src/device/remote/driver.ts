/** The driver for a device elsewhere: an agent there measures, with the driver of its own profile. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Device, ModelFile, PairedLatency, PeakMemory } from '../device.ts';
import type { OpenOptions } from '../driver.ts';
import type { NodeTimings } from '../node-times.ts';
import type { HardwareProfile } from '../profile.ts';
import type { RunOver, ScoringDevice } from '../run-over.ts';
import { demandAgent } from './demand-agent.ts';
import type { Hello, Work } from './messages.ts';
import { modelBytes } from './model-bytes.ts';
import { interrupted, patient } from './patient.ts';
import { reachAgent } from './reach.ts';
import { type Asked, remoteMeasurement } from './remote-measurement.ts';
import type { RemoteSettings } from './settings.ts';

/** An agent that is not there when a search begins was hardly started; one that dials out may come later. */
const firstWaitMs = 20_000;

/** Throws a UserError when the agent cannot be reached, or is another one than the profile says. */
export async function openRemote(
  settings: RemoteSettings,
  profile: HardwareProfile,
  options: OpenOptions,
): Promise<Device | ScoringDevice> {
  const reach = await reachAgent(settings);
  const closing = new AbortController();
  const { signal } = closing;
  const tell = options.onWait ?? ((): void => {});
  const parts = {
    where: reach.where,
    connect: reach.connect,
    demand: ({ hello }: { readonly hello: Hello }) => demandAgent(hello, settings, profile, reach.where),
    tell,
    signal,
  };
  const close = async (): Promise<void> => {
    closing.abort();
    await reach.close();
  };
  if (settings.listen !== undefined)
    tell(`Waiting for an agent: start it there with "rankfront agent --connect" and the address of this machine.`);
  const firstMs = settings.listen === undefined ? Math.min(firstWaitMs, settings.reconnectMs) : settings.reconnectMs;
  const agent = patient({ ...parts, limitMs: settings.reconnectMs });
  const hello = await agent
    .run(async talk => talk.hello, firstMs)
    .catch(async error => {
      await close();
      throw error;
    });
  if ('state' in hello) {
    await close();
    throw new UserError(
      `Cannot open the device "${profile.name}": ${hello.detail}.`,
      'Start the agent there; "rankfront doctor --hardware" with this profile says what is wrong.',
    );
  }
  let before = hello;
  const measure = async <T>(work: Work, models: Asked['models'], images?: Asked['images']): Promise<Attempt<T>> => {
    if (signal.aborted) return interrupted;
    return remoteMeasurement<T>(agent, {
      work,
      models,
      images,
      timeoutMs: options.timeoutMs,
      tell,
      met: now => {
        demandSame(hello, now, reach.where);
        const changed = changes(before, now, mayChange);
        before = now;
        if (changed.length > 0) tell(`The device is not as it was: ${changed.join(', ')}.`);
      },
    });
  };
  /** Hashes of models with data in other files, which are made one. */
  const known = new Map<string, string>();
  const sendable = (file: ModelFile): Attempt<string> => {
    const sha256 = known.get(file.sha256);
    if (sha256 !== undefined) return complete(sha256);
    const read = modelBytes(file);
    if (read.state === 'failed') return read;
    known.set(file.sha256, read.value.sha256);
    return complete(read.value.sha256);
  };
  const source = (file: ModelFile, uncorrected?: (() => Uint8Array) | undefined) => () => {
    const read = modelBytes(file);
    if (read.state === 'failed') throw new Error(read.detail);
    return { bytes: read.value.bytes, uncorrected: uncorrected?.() ?? null };
  };

  const latency: Device['latency'] = async (candidate, reference, budget, uncorrected) => {
    if (signal.aborted) return interrupted;
    const [first, second] = [sendable(candidate), sendable(reference)];
    if (first.state === 'failed') return first;
    if (second.state === 'failed') return second;
    const models = new Map([
      [first.value, source(candidate, uncorrected)],
      [second.value, source(reference)],
    ]);
    const work = { kind: 'latency', candidate: first.value, reference: second.value, budget: { ...budget } } as const;
    return measure<PairedLatency>(work, models);
  };
  const nodeTimes = async (file: ModelFile, runs: number): Promise<Attempt<NodeTimings>> => {
    if (signal.aborted) return interrupted;
    const model = sendable(file);
    if (model.state === 'failed') return model;
    return measure<NodeTimings>(
      { kind: 'node-times', model: model.value, runs },
      new Map([[model.value, source(file)]]),
    );
  };
  const peakMemory = async (file: ModelFile): Promise<Attempt<PeakMemory>> => {
    if (signal.aborted) return interrupted;
    const model = sendable(file);
    if (model.state === 'failed') return model;
    return measure<PeakMemory>({ kind: 'peak-memory', model: model.value }, new Map([[model.value, source(file)]]));
  };
  const runOver: RunOver = (work, models, images) => measure(work, models, images);
  return {
    driver: settings.kind,
    exact: settings.exact,
    latency,
    ...(hello.device.scores ? { runOver } : {}),
    ...(hello.device.nodeTimes ? { nodeTimes } : {}),
    ...(hello.device.peakMemory ? { peakMemory } : {}),
    close,
  };
}

type Fact = keyof Hello['environment'];
/** With another of these, figures are of another device. */
const mayNotChange: readonly Fact[] = ['cpuModel', 'cores', 'platform', 'arch', 'onnxruntime', 'runtime'];
const mayChange: readonly Fact[] = ['governor', 'memoryBytes', 'node', 'rankfront'];

/** Throws a UserError for an agent on another device than the one that was met first. */
function demandSame(first: Hello, now: Hello, where: string): void {
  const changed = changes(first, now, mayNotChange);
  if (changed.length === 0) return;
  throw new UserError(
    `Stopped: ${where} is on another device than this began with: ${changed.join(', ')}. What was measured is stored.`,
    'Put it back as it was, or run the same command again to go on with it as it is now.',
  );
}

const changes = (before: Hello, now: Hello, facts: readonly Fact[]): string[] =>
  facts.flatMap(key =>
    before.environment[key] === now.environment[key]
      ? []
      : [`${key} was ${before.environment[key]} and is ${now.environment[key]}`],
  );

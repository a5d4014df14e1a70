/** The driver that measures with a program of the profile: a benchmark tool of another runtime, here or on a device that it reaches. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { cacheFolder } from '../../host/cache-folder.ts';
import { useCache } from '../../host/cache-users.ts';
import type { Device, ModelFile } from '../device.ts';
import type { OpenOptions } from '../driver.ts';
import { resolveSizes } from '../free-dimensions.ts';
import type { HardwareProfile } from '../profile.ts';
import { tryLoad } from '../try-load.ts';
import { demandSuccess } from './failure-of.ts';
import { demandPrograms } from './find-program.ts';
import { measureBlocks } from './measure-blocks.ts';
import { placeOf } from './place.ts';
import { filled, shapeValues, type Values } from './placeholders.ts';
import { prepared } from './prepare.ts';
import { runProgram } from './run-program.ts';
import type { CommandSettings, Step } from './settings.ts';

const interrupted = failed('interrupted', 'the device was closed');
const enginesFolder = join(import.meta.dirname, '..', '..', '..', 'engines');

/** Throws a UserError when a program of the profile is not there, or the device cannot be asked what it is. */
export async function openCommand(
  settings: CommandSettings,
  profile: HardwareProfile,
  options: OpenOptions,
): Promise<Device> {
  const engines = { engines: enginesFolder };
  demandPrograms(settings, profile.name, engines);
  const place = await placeOf(settings, profile.name, engines);
  const here = settings.where === 'here';
  const closing = new AbortController();
  const { signal } = closing;
  const { variables } = settings;
  const shapes = new Map<string, Values>();
  const pushed = new Set<string>();
  let working: Promise<unknown> = Promise.resolve();
  const blocks = {
    settings,
    place,
    machine: { cores: availableParallelism(), threads: here ? settings.threads : 0 },
    // What measures the processors of this machine with another driver takes turns with this one.
    lock: here ? 'cpu' : `command-${profile.name}`,
    signal,
    options,
    power: profile.power,
  };

  const runSteps = async (steps: readonly Step[], values: Values, what: string): Promise<Attempt<null>> => {
    for (const { command, timeoutMs } of steps) {
      const argv = filled(command, values);
      const done = demandSuccess(argv, await runProgram(argv, { timeoutMs, variables, signal }), timeoutMs);
      if (done.state === 'failed') return { ...done, detail: `${what}: ${done.detail}` };
    }
    return complete(null);
  };

  /** Makes a model ready to be timed; answers with what stands in the commands for it. */
  const ready = async (file: ModelFile, common: Values): Promise<Attempt<Values>> => {
    let values: Values = { ...common, model: file.path, sha256: file.sha256 };
    if (settings.prepare.length > 0) {
      useCache(cacheFolder());
      const folder = join(cacheFolder(), 'prepared');
      const made = await prepared(settings.prepare, values, { folder, signal, variables, version: place.version });
      if (made.state === 'failed') return made;
      values = { ...values, prepared: made.value };
    }
    if (!pushed.has(file.sha256)) {
      const brought = await runSteps(settings.push, values, 'the model cannot be brought to the device');
      if (brought.state === 'failed') return brought;
      pushed.add(file.sha256);
    }
    return complete(values);
  };

  const latency: Device['latency'] = async (candidate, reference, budget) => {
    if (signal.aborted) return interrupted;
    const known = shapes.get(reference.sha256);
    const sizes = known ? complete(known) : shapesOf(reference, profile);
    if (sizes.state === 'failed') return sizes;
    shapes.set(reference.sha256, sizes.value);
    const common: Values = {
      ...engines,
      ...sizes.value,
      batch: String(profile.batchSize),
      threads: String(settings.threads),
    };
    const ofReference = await ready(reference, common);
    if (ofReference.state === 'failed') return ofReference;
    const ofCandidate = await ready(candidate, common);
    if (ofCandidate.state === 'failed') return ofCandidate;
    const calls = { reference: reference.path, warmup: String(profile.latencyBudget.warmup) };
    try {
      return await measureBlocks(
        blocks,
        { ...ofCandidate.value, ...calls },
        { ...ofReference.value, ...calls },
        budget,
      );
    } finally {
      // A candidate that cannot be taken away stays there: its figures are good all the same.
      if (candidate.sha256 !== reference.sha256 && pushed.delete(candidate.sha256))
        await runSteps(settings.remove, ofCandidate.value, 'the model cannot be taken from the device');
    }
  };

  return {
    driver: settings.kind,
    exact: false,
    latency: (candidate, reference, budget) => {
      const mine = latency(candidate, reference, budget);
      working = mine.catch(() => {});
      return mine;
    },
    close: async () => {
      closing.abort();
      await working;
    },
  };
}

/** The inputs of the dense model are those of every candidate. */
function shapesOf(reference: ModelFile, profile: HardwareProfile): Attempt<Values> {
  const loaded = tryLoad(reference);
  if (loaded.state === 'failed') return loaded;
  const inputs = loaded.value.graph.inputs.map(({ name, shape }) => ({ name, shape: shape ?? [] }));
  const sizes = resolveSizes(inputs, profile);
  if (sizes.kind === 'misfit') throw new UserError(`Cannot time the dense model: ${sizes.problem}.`, sizes.wayOut);
  return complete(shapeValues(sizes.shapes));
}

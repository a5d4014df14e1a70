/** Where a command measures: on this machine, or on one that tells us of itself, or does not. */
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { currentEnvironment, currentLoad, type Environment, type Whereabouts } from '../../host/environment.ts';
import { demandSuccess } from './failure-of.ts';
import { filled, type Values } from './placeholders.ts';
import { runProgram } from './run-program.ts';
import type { CommandSettings, Step } from './settings.ts';
import { parseJson } from './timings.ts';

const unknown = 'unknown to us';
const longestVersion = 120;

const toldSchema = z.object({
  cpuModel: z.string().trim().min(1).default(unknown),
  cores: z.int().min(0).default(0),
  memoryBytes: z.number().min(0).default(0),
  platform: z.string().min(1).default(unknown),
  arch: z.string().min(1).default(unknown),
  governor: z.string().nullable().default(null),
  load: z.number().min(0).default(0),
});
type Told = z.output<typeof toldSchema>;

export interface Place {
  /** What the tool says of its version; null where nobody asks. */
  readonly version: string | null;
  /** As it is now. */
  readonly now: () => Whereabouts;
}

/** @throws UserError when the version or the environment cannot be had: then no model could be timed either */
export async function placeOf(settings: CommandSettings, name: string, values: Values): Promise<Place> {
  const { variables, where } = settings;
  const ask = async (key: string, { command, timeoutMs }: Step): Promise<{ stdout: string; stderr: string }> => {
    const argv = filled(command, values);
    const answer = demandSuccess(argv, await runProgram(argv, { timeoutMs, variables }), timeoutMs);
    if (answer.state === 'complete') return answer.value;
    throw new UserError(
      `Cannot open the device "${name}": the command of driver.${key} failed: ${answer.detail}.`,
      'Run it by hand, and correct the hardware profile or what it runs.',
    );
  };
  const version = settings.version
    ? firstLine(await ask('version', { command: settings.version, timeoutMs: 60_000 }))
    : null;
  const told = settings.environment ? tellingOf((await ask('environment', settings.environment)).stdout, name) : null;
  const host = currentEnvironment();
  const runtime = version === null ? {} : { runtime: version };
  return {
    version,
    now: () => ({
      environment: { ...(where === 'here' ? currentEnvironment() : elsewhere(host, told)), ...runtime },
      load: where === 'here' ? currentLoad() : (told?.load ?? 0),
    }),
  };
}

/** The versions are of this host, which decides what is timed; the machine is the other one. */
function elsewhere({ node, onnxruntime, rankfront }: Environment, told: Told | null): Environment {
  const { load: _load, ...machine } = told ?? toldSchema.parse({});
  return { ...machine, node, onnxruntime, rankfront };
}

function tellingOf(stdout: string, name: string): Told {
  const read = parseJson(stdout);
  const told = 'value' in read ? toldSchema.safeParse(read.value) : null;
  if (told?.success) return told.data;
  const [issue] = told?.error.issues ?? [];
  throw new UserError(
    `Cannot open the device "${name}": the command of driver.environment was to print JSON about the device${issue ? `, and ${issue.path.join('.')} is not right` : ''}.`,
    'Let it print such as {"cpuModel": "Cortex-A76", "cores": 4, "memoryBytes": 8589934592}.',
  );
}

function firstLine({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string | null {
  const line = `${stdout}\n${stderr}`
    .split(/\r?\n/)
    .map(each => each.trim())
    .find(each => each !== '');
  return line === undefined ? null : line.slice(0, longestVersion);
}

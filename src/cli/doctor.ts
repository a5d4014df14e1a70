/** `rankfront doctor`: what this machine offers, and what would spoil a measurement. */

import { parseHardwareProfile } from '../device/profile.ts';
import { probeProviders } from '../device/providers.ts';
import { profilePath } from '../device/shipped.ts';
import { tryOut } from '../device/try-out.ts';
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import { cacheFolder } from '../host/cache-folder.ts';
import { currentEnvironment, currentLoad } from '../host/environment.ts';
import { readText } from '../host/model-file.ts';
import { onnxruntimeInstaller } from '../host/version.ts';
import { tryScoring } from '../study/measure/try-scoring.ts';
import { probeTfjs } from '../train/tfjs/probe.ts';
import { probeTorch } from '../train/torch/package.ts';
import { type Console, defineCommand, type ExitStatus } from './command.ts';
import { jsonOption } from './options.ts';

export const doctor = defineCommand({
  options: {
    hardware: { type: 'string', describe: 'Try this hardware profile instead, and say at which step it fails' },
    python: { type: 'string', describe: 'Look for PyTorch in this Python' },
    json: jsonOption,
  },
  examples: [
    ['rankfront doctor', 'run this before the first search'],
    ['rankfront doctor --hardware board.yaml', 'open the device and time a small model on it'],
  ],
  run: async (args, console) => {
    if (args.hardware !== undefined) return tryProfile(args.hardware, args.json, console);
    const environment = currentEnvironment();
    const load = currentLoad();
    const providers = await probeProviders();
    const [tfjs, torch] = await Promise.all([probeTfjs(), probeTorch(args.python ?? null)]);
    const advice = adviceFor(environment, load, providers);
    const usable = Object.values(providers).some(({ available }) => available);
    if (args.json) {
      console.out(JSON.stringify({ environment, load, providers, tfjs, torch, cache: cacheFolder(), advice }, null, 2));
      return usable ? 0 : 1;
    }
    console.out(
      [
        `rankfront ${environment.rankfront}, node ${environment.node}, onnxruntime ${environment.onnxruntime}`,
        `${environment.cpuModel}, ${environment.cores} cores, ${(environment.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${environment.platform} ${environment.arch}`,
        `governor ${environment.governor ?? 'unknown'}, load ${load.toFixed(2)}`,
        `cache ${cacheFolder()}`,
        '',
        'Execution providers of ONNX Runtime:',
        ...Object.entries(providers).map(
          ([name, { available, reason }]) => `  ${name.padEnd(9)} ${available ? 'yes' : `no: ${lastSentence(reason)}`}`,
        ),
        '',
        'A second engine for training (--engine tfjs), optional:',
        `  ${tfjs.state === 'works' ? `${tfjs.package} ${tfjs.version}, backend ${tfjs.backend}` : `no: ${tfjs.reason}`}`,
        '',
        'PyTorch as the engine of training (--engine torch), optional:',
        `  ${torch.state === 'works' ? torch.said : `no: ${torch.reason}`}`,
        ...(advice.length > 0 ? ['', ...advice] : []),
      ]
        .map(oneLine)
        .join('\n'),
    );
    return usable ? 0 : 1;
  },
});

interface Step {
  readonly step: string;
  readonly said: string;
}

/** Exits 1 where a step fails. */
async function tryProfile(path: string, json: boolean, console: Console): Promise<ExitStatus> {
  const profile = parseHardwareProfile(readText(profilePath(path), 'the hardware profile'), path);
  const steps: Step[] = [];
  const done = (step: string, said: string): void => {
    steps.push({ step, said });
    if (!json) console.out(oneLine(`${step.padEnd(8)} ${said}`));
  };
  let failure: UserError | null = null;
  try {
    await tryOut(profile, done, console.note, tryScoring);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failure = error;
  }
  const failed = failure && { problem: failure.problem, wayOut: failure.wayOut };
  if (json) console.out(JSON.stringify({ device: profile.name, steps, failed }, null, 2));
  else if (failure) console.out(`failed   ${failure.message}`);
  else console.out(`"${profile.name}" works.`);
  return failure ? 1 : 0;
}

function adviceFor(
  { governor, cores, platform, arch }: ReturnType<typeof currentEnvironment>,
  load: number,
  providers: Awaited<ReturnType<typeof probeProviders>>,
): string[] {
  const advice: string[] = [];
  if (load > cores / 4)
    advice.push(`Other programs use this machine (load ${load.toFixed(2)}): latencies will be noisy and take longer.`);
  if (governor !== null && governor !== 'performance') {
    advice.push(
      `The frequency governor is "${governor}": "sudo cpupower frequency-set -g performance" steadies the clock.`,
    );
  }
  if (!providers.cuda?.available && platform === 'linux' && arch === 'x64') {
    advice.push(
      // `npm rebuild` leaves the script out where a project does not allow it, and says that all is well.
      `CUDA is not installed with this package. To add it: ONNXRUNTIME_NODE_INSTALL=cuda12 node "${onnxruntimeInstaller()}"`,
    );
  }
  return advice;
}

/** The runtime tells a long story; its end says what is missing. The whole is in `--json`. */
const lastSentence = (reason = ''): string => (reason.split(/\. (?=[A-Z])/).at(-1) ?? '').replace(/^ERR: /, '');

/** Where the Python package of the engine is, and what the Python that is to run it has. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors/user-error.ts';

/** The folder that Python finds `rankfront_torch` in. */
export const packageFolder = (): string => fileURLToPath(new URL('../../../engines/torch', import.meta.url));

/** The environment of a Python that can import the package, and that says what it has to say at once. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const before = process.env.PYTHONPATH;
  return {
    ...process.env,
    PYTHONPATH: before ? `${packageFolder()}:${before}` : packageFolder(),
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

export interface PythonProbe {
  /** Of Python, such as 3.11.2. */
  readonly python: string;
  /** Null where the package is missing; without `deep` its version may be unknown, as ''. */
  readonly torch: string | null;
  readonly numpy: string | null;
  readonly pillow: string | null;
  /** What follows takes the start of PyTorch, a few seconds; null without `deep`. */
  readonly deep: {
    readonly cuda: string | null;
    readonly gpus: readonly string[];
    readonly nccl: boolean;
    readonly gloo: boolean;
    readonly compile: boolean;
  } | null;
}

const installing =
  'Install it with "python3 -m pip install torch numpy" (https://pytorch.org), or on Debian with "apt install python3-torch python3-numpy", or name another Python with --python.';

/** @throws UserError when there is no such Python, or it cannot be started */
async function probePython(python: string, deep: boolean): Promise<PythonProbe> {
  const args = ['-m', 'rankfront_torch.probe', ...(deep ? ['--deep'] : [])];
  const said = await new Promise<string>((resolve, reject) => {
    execFile(python, args, { env: pythonEnvironment(), timeout: 120_000 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const missing = error.code === 'ENOENT';
      const last = stderr.trim().split('\n').at(-1) ?? '';
      reject(
        new UserError(
          missing
            ? `Cannot train with torch: there is no Python "${python}".`
            : `Cannot train with torch: "${python}" does not start: ${last || error.message}.`,
          missing ? 'Install Python 3.9 or later, or name yours with --python.' : 'Name another Python with --python.',
          { cause: error },
        ),
      );
    });
  });
  return JSON.parse(said) as PythonProbe;
}

/** Where a Python with PyTorch is looked for when none is named: Debian's own may stand behind another of that name. */
const usual = ['python3', 'python', '/usr/bin/python3'] as const;

/**
 * The named Python, or the first of the usual ones that has PyTorch.
 * @throws UserError when it cannot be started, or lacks what the engine needs
 */
export async function pythonWithTorch(
  named: string | null,
  deep = false,
): Promise<{ readonly python: string; readonly probe: PythonProbe }> {
  let first: UserError | null = null;
  for (const python of named === null ? usual : [named]) {
    try {
      const probe = await probePython(python, deep);
      demandTorch(python, probe);
      return { python, probe };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      first ??= error;
    }
  }
  throw first ?? new Error('no Python was looked for');
}

/** @throws UserError for a Python that lacks what the engine needs */
function demandTorch(python: string, { torch, numpy }: PythonProbe): void {
  const missing = [...(torch === null ? ['torch'] : []), ...(numpy === null ? ['numpy'] : [])];
  if (missing.length === 0) return;
  throw new UserError(
    `Cannot train with torch: the Python "${python}" has no ${missing.join(' and no ')}.`,
    installing,
  );
}

/** For `doctor`: one line about what is there, or why not and how to get it. */
export type TorchProbe =
  | { readonly state: 'works'; readonly said: string; readonly probe: PythonProbe }
  | { readonly state: 'fails'; readonly reason: string };

export async function probeTorch(named: string | null): Promise<TorchProbe> {
  try {
    const { python, probe } = await pythonWithTorch(named, true);
    return { state: 'works', said: wordsOf(python, probe), probe };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: 'fails', reason: `${error.problem} ${error.wayOut}` };
  }
}

function wordsOf(path: string, { python, torch, numpy, pillow, deep }: PythonProbe): string {
  const gpus = deep && deep.gpus.length > 0 ? `GPUs: ${deep.gpus.join(', ')}` : 'no GPU';
  const backends = [...(deep?.nccl ? ['nccl'] : []), ...(deep?.gloo ? ['gloo'] : [])].join(' and ') || 'no';
  const images = pillow === null ? 'no Pillow (image files are decoded before the training)' : `Pillow ${pillow}`;
  return `torch ${torch} of "${path}" (Python ${python}), numpy ${numpy}, ${gpus}, ${backends} between processes, ${images}`;
}

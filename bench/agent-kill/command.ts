/** A command of ours as a process that may be killed at any instant, with all that it says. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Running {
  /** Null while it runs; -1 where it was killed. */
  readonly status: () => number | null;
  readonly ended: Promise<number>;
  readonly said: () => string;
  /** As `kill -9`. */
  readonly kill: () => Promise<void>;
}

const main = pathToFileURL(join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')).href;
const program = `import { main } from ${JSON.stringify(main)}; process.exitCode = await main(process.argv.slice(1));`;

export function startCommand(given: readonly string[]): Running {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, '--', ...given],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  let status: number | null = null;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk;
    });
  }
  const ended = new Promise<number>(resolve => {
    child.once('exit', code => {
      status = code ?? -1;
      resolve(status);
    });
  });
  return {
    status: () => status,
    ended,
    said: () => said,
    kill: async () => {
      if (status !== null) return;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** `rankfront serve` as a process of its own, so that its memory is its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Needs `npm run build`. The address has its token. */
export async function start(file: string): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const main = `import { main } from ${JSON.stringify(join(root, 'dist', 'cli', 'main.js'))}; process.exitCode = await main(process.argv.slice(1));`;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      main,
      '--',
      'serve',
      '--store',
      file,
      '--port',
      '0',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      const found = /http:\S+/.exec(String(text))?.[0];
      if (found) resolve(found);
    });
    child.on('exit', () => reject(new Error('the server ended')));
  });
  return { child, address };
}

/** `VmHWM` is the most there was, `VmRSS` what there is. NaN where the machine does not say. */
export const memoryMb = ({ pid }: ChildProcess, field: string): number => {
  const text = process.platform === 'linux' ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1] ?? Number.NaN) / 1024;
};

/** Opens an address in the browser of whoever sits at this machine. */
import { spawn } from 'node:child_process';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
};

/** False where the system has no way to open one; `failed` is called where that way does not work. */
export function openInBrowser(address: string, failed: () => void): boolean {
  const opener = openers[process.platform];
  if (!opener || (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)) return false;
  const [program, ...args] = opener;
  spawn(program, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', failed)
    .unref();
  return true;
}

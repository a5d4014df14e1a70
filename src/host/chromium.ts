/** Printing a page on paper by a browser of this machine: Chromium, Chrome or Edge. */
import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../errors/user-error.ts';
import { scratchFolder } from './scratch-folder.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

const places: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    name => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].flatMap(path =>
    [process.env.ProgramFiles, process.env['ProgramFiles(x86)']].flatMap(folder =>
      folder ? [join(folder, path)] : [],
    ),
  ),
};

/** The browser of RANKFRONT_CHROMIUM, or the first one that is found; null where there is none. */
export function chromiumPath(env: Readonly<Record<string, string | undefined>> = process.env): string | null {
  if (env.RANKFRONT_CHROMIUM) return env.RANKFRONT_CHROMIUM;
  const inPath = (env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => (folder ? names.map(name => join(folder, name)) : []));
  return [...inPath, ...(places[process.platform] ?? [])].find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws UserError where no browser is found */
export function demandChromium(): string {
  const path = chromiumPath();
  if (path) return path;
  throw new UserError(
    'Cannot write a PDF: it takes Chromium, Chrome or Edge, and none is found on this machine.',
    'Install one, name one with RANKFRONT_CHROMIUM, or write .html and print it in any browser.',
  );
}

const patienceMs = 120_000;

/**
 * The page as a PDF file. The browser runs without a window, a profile of its own, and nothing to load.
 *
 * @throws UserError where the browser fails
 */
export async function printedPdf(html: string, browser = demandChromium()): Promise<Uint8Array> {
  const folder = scratchFolder();
  const [page, pdf] = [join(folder.path, 'page.html'), join(folder.path, 'page.pdf')];
  try {
    writeFileSync(page, html);
    await promisify(execFile)(
      browser,
      [
        '--headless',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--no-pdf-header-footer',
        // Chromium refuses to run as root with its sandbox; the page is ours, and its policy lets nothing run.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--user-data-dir=${join(folder.path, 'profile')}`,
        `--print-to-pdf=${pdf}`,
        pathToFileURL(page).href,
      ],
      { timeout: patienceMs, windowsHide: true },
    );
    return readFileSync(pdf);
  } catch (error) {
    throw new UserError(
      `Cannot write a PDF: "${browser}" printed no page (${reasonOf(error)}).`,
      'Name another browser with RANKFRONT_CHROMIUM, or write .html and print it in any browser.',
      { cause: error },
    );
  } finally {
    folder.remove();
  }
}

/** The last line of what the browser said: the lines before are about its own state. */
function reasonOf(error: unknown): string {
  const { killed, stderr, message } = error as { killed?: boolean; stderr?: string; message: string };
  if (killed) return `it took more than ${patienceMs / 1000} s`;
  return (stderr?.trim().split('\n').at(-1) || message.split('\n')[0]) ?? '';
}

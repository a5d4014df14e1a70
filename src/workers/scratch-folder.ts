/** Where files that nobody needs afterwards are written. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of this process, in that of RANKFRONT_SCRATCH or of the system; `remove` takes it away with all that is in it. */
export function scratchFolder(): { readonly path: string; readonly remove: () => void } {
  const parent = process.env.RANKFRONT_SCRATCH ?? tmpdir();
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'rankfront-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A copy of a store that this process alone may change. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '../../host/scratch-folder.ts';
import { worded } from './failures.ts';

/** With the `-wal` file, in which the latest trials may be; the store's own folder is left as it is. */
export function privateCopy(file: string, path: string): { readonly file: string; readonly remove: () => void } {
  const { path: folder, remove } = scratchFolder();
  const copy = join(folder, 'copy.sqlite');
  try {
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    return { file: copy, remove };
  } catch (error) {
    remove();
    throw worded(error, path, 'copy the trials');
  }
}

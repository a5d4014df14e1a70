/** One hash over the contents of many files. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';

/**
 * SHA-256 (hexadecimal) over `head` and, for each file, its size and bytes; the files are streamed. A file that cannot be
 * read counts as such, so that the hash exists and decoding can name it.
 */
export async function hashOfFiles(paths: readonly string[], head: string): Promise<string> {
  const hash = createHash('sha256').update(head);
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const path of paths) {
    try {
      // A pipe would be waited for.
      if (!(await stat(path)).isFile()) throw new Error('it is no ordinary file');
      const file = await open(path, 'r');
      try {
        hash.update(`\0${(await file.stat()).size}\0`);
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length);
          if (bytesRead === 0) break;
          hash.update(buffer.subarray(0, bytesRead));
        }
      } finally {
        await file.close();
      }
    } catch {
      hash.update('\0unreadable\0');
    }
  }
  return hash.digest('hex');
}

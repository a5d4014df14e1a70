/** The token that a search and an agent share: a file with one line. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../errors/user-error.ts';
import { readText } from '../../host/model-file.ts';

const shortest = 16;
const longest = 4096;

/** @throws UserError when there is none in the file, or one that could be guessed */
export function readToken(path: string): string {
  const token = readText(path, 'the token').trim();
  if (token.length >= shortest && token.length <= longest && !/\s/.test(token)) return token;
  throw new UserError(
    `Cannot use the token in "${path}": expected one line of ${shortest} to ${longest} characters without blanks, found ${token.length}.`,
    'Remove the file and start the agent: it writes a new token. Then copy it to where you search.',
  );
}

/** Writes a new token, that only this user can read, where there is no file yet; true when it did. */
export function makeToken(path: string): boolean {
  if (existsSync(path)) return false;
  try {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (error) {
    throw new UserError(
      `Cannot write a token to "${path}": ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
      'Name a file in a folder that exists and can be written to.',
      { cause: error },
    );
  }
  return readFileSync(path, 'utf8').length > 0;
}

/** What PostgreSQL and the way to it report, in words for the user. */
import { UserError } from '../../errors/user-error.ts';
import { damagedDatabase } from './damage.ts';

type Words = readonly [reason: string, wayOut: string];

const safe = 'Everything stored before is safe';
const again = `${safe}; run the same command again when it is there.`;
const whoIsAsked = 'Check the user in the URL, and the password in PGPASSWORD, ~/.pgpass or RANKFRONT_STORE.';
const whatFollows = 'Check what follows the "?" in the URL.';
const whereItIs = 'Check the host, the port and whether the server runs.';

/**
 * A UserError for what the server or the system may report; other errors, which are our own mistakes, as they are.
 *
 * @param waitedMs how long it was tried; null for what does not go away by waiting
 */
export function worded(error: unknown, place: string, action: string, waitedMs: number | null): unknown {
  if (error instanceof UserError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const known = typeof code === 'string' ? code : '';
  const message = firstLine(error);
  if (damage.test(known)) return damagedDatabase(place, action, message, error);
  const isFile = (error as NodeJS.ErrnoException).syscall === 'open';
  const told = isFile
    ? ([`a file that the URL names cannot be read (${message})`, whatFollows] as const)
    : words(known, message);
  if (!told) return error;
  const tried = waitedMs !== null && waitedMs > 1000 ? ` (tried for ${Math.round(waitedMs / 1000)} s)` : '';
  return new UserError(`Cannot ${action} in the store "${place}": ${told[0]}${tried}.`, told[1], { cause: error });
}

/** What to say while it is tried again. */
export function waiting(error: unknown, place: string, giveUpMs: number): string {
  const code = (error as { code?: unknown } | null)?.code;
  const told = words(typeof code === 'string' ? code : '', firstLine(error));
  return `Waiting for the store "${place}": ${told?.[0] ?? firstLine(error)}. Trying again for up to ${Math.round(giveUpMs / 1000)} s.`;
}

/** A table or column of ours that is not there or is of another type, and pages that the server cannot read. */
const damage = /^(42P01|42703|42804|42883|22P02|XX001|XX002)$/;

function words(code: string, message: string): Words | null {
  switch (code) {
    case '28P01':
    case '28000':
      return [`the server refuses the user or the password (${message})`, whoIsAsked];
    case '3D000':
      return ['there is no such database on the server', 'Make it by createdb, or give the name of another.'];
    case '42501':
      return [
        `the user has too few rights (${message})`,
        'Ask for a database of your own, or for the right to use and create tables in its schema.',
      ];
    case '25006':
      return ['the server lets nothing be written', 'Give the primary server, and not one that only follows it.'];
    case '53100':
      return [
        'the disk of the server is full, and nothing of it was written',
        `${safe}; free some space there and run the same command again.`,
      ];
    case '53200':
      return ['the server has no memory left', again];
    case '53300':
      return ['the server takes no more connections', `${safe}; end other programs or raise max_connections.`];
    case '55P03':
    case '57014':
      return [
        'the server did not answer in time',
        `${safe}; end the program that locks it, and run the same command again.`,
      ];
    case '40001':
    case '40P01':
      return ['others kept writing at the same time', again];
    case 'ENOTFOUND':
      return ['nobody knows the host', whereItIs];
    case 'ECONNREFUSED':
    case 'ENOENT':
      return ['no server answers there', `${whereItIs} ${safe}.`];
    case 'EACCES':
      return ['the socket of the server may not be used', whereItIs];
  }
  if (/client password must be a string|password authentication|no pg_hba.conf entry/i.test(message))
    return [`the server refuses the user or the password (${message})`, whoIsAsked];
  if (/SSL|certificate/i.test(message))
    return [`no safe connection to the server (${message})`, 'Set sslmode in the URL as the server wants it.'];
  if (/^(58|53|F0)/.test(code)) return [`the server reports a failure (${message})`, again];
  if (/^(08|57|25P03|E[A-Z]+)/.test(code) || /terminated|timeout|connection error/i.test(message))
    return ['the connection to the server is lost', again];
  return null;
}

/** The errors of several addresses of one host are alike. */
function firstLine(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors[0] : error;
  return (((one as Error | null)?.message ?? String(one)).split('\n')[0] ?? '').replace(/\.$/, '');
}

/**
 * One measurement at a time on a machine: two that run at once would time each other. An advisory lock, a file in the
 * system's folder for temporary files that names its holder; the lock of a process that is gone is taken over.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../errors/user-error.ts';
import { currentOwner, isAlive, type Owner } from './process-identity.ts';

export interface DeviceLock {
  /** Gives the device free; a second call is harmless. */
  release(): void;
}

export interface LockOptions {
  /** Told once per holder that is waited for, with its process id. */
  readonly onWait?: (message: string, pid: number) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** The system's folder for temporary files by default. */
  readonly folder?: string;
  /** 100 by default. */
  readonly pollMs?: number;
}

interface Holder extends Owner {
  /** Of this one acquisition, so that nobody removes the lock of another. */
  readonly token: string;
}

/** A wish to be next that was not renewed this long is no wish any more. */
const wishMs = 1000;
/** A file that is empty or unreadable this long was left by a process that died while it wrote. */
const halfWrittenMs = 5000;

/** Waits until the lock of `device` is free and takes it; null when the signal fired first. */
export async function acquireDeviceLock(device: string, options: LockOptions = {}): Promise<DeviceLock | null> {
  const path = join(options.folder ?? tmpdir(), `rankfront-device-${device.replaceAll(/[^\w.-]/g, '_')}.lock`);
  const me: Holder = { ...currentOwner(), token: randomUUID() };
  const pollMs = options.pollMs ?? 100;
  const pause = async (ms: number): Promise<void> => {
    await delay(ms, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
  };
  // Who measures again and again would never let the others in: somebody who waits goes first.
  if (othersWish(path, me)) await pause(2 * pollMs);
  let told = '';
  while (!options.signal?.aborted) {
    if (tryCreate(path, me)) {
      withdrawWish(path, me);
      return heldLock(path, me);
    }
    const holder = readHolder(path);
    if (holder === 'free') continue;
    if (holder !== 'half-written' && isAlive(holder)) {
      if (holder.token !== told) options.onWait?.(waitingFor(holder, device), holder.pid);
      told = holder.token;
    } else if (holder !== 'half-written' || ageMs(path) > halfWrittenMs) {
      takeAway(path, holder === 'half-written' ? null : holder.token);
      if (readHolder(path) === 'free') continue;
    }
    wish(path, me);
    await pause(pollMs);
  }
  withdrawWish(path, me);
  return null;
}

const wishPath = (path: string): string => `${path}.next`;

/** Says that somebody waits; of several who do, the last one is heard, which is as good. */
function wish(path: string, me: Holder): void {
  try {
    writeFileSync(wishPath(path), me.token);
  } catch {
    // The file may belong to another user; the lock itself is what counts.
  }
}

function wishOf(path: string): string | null {
  try {
    return readFileSync(wishPath(path), 'utf8');
  } catch {
    return null;
  }
}

const othersWish = (path: string, me: Holder): boolean => {
  const token = wishOf(path);
  return token !== null && token !== me.token && ageMs(wishPath(path)) < wishMs;
};

function withdrawWish(path: string, me: Holder): void {
  if (wishOf(path) === me.token) rmSync(wishPath(path), { force: true });
}

const waitingFor = (holder: Holder, device: string): string =>
  holder.pid === process.pid
    ? `Waiting until another measurement of this process on "${device}" is done.`
    : `Waiting for process ${holder.pid}, which is measuring on "${device}".`;

function heldLock(path: string, me: Holder): DeviceLock {
  const release = (): void => {
    process.off('exit', release);
    const holder = readHolder(path);
    if (typeof holder === 'object' && holder.token === me.token) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return { release };
}

/** Creating a file that must not exist is the one step that the system guarantees only one process can make. */
function tryCreate(path: string, me: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(me), { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new UserError(
      `Cannot lock the device: expected to create "${path}", found ${(error as NodeJS.ErrnoException).code}.`,
      'Point TMPDIR to a folder that can be written.',
      { cause: error },
    );
  }
}

function readHolder(path: string): Holder | 'free' | 'half-written' {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | null;
    const whole =
      typeof holder?.pid === 'number' &&
      [holder.startTime, holder.bootId, holder.token].every(text => typeof text === 'string');
    return whole ? (holder as Holder) : 'half-written';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'free' : 'half-written';
  }
}

/**
 * Removes a stale lock. Between finding it stale and removing it, another process may have done so and taken the lock:
 * only the one that makes the guard folder looks again and removes.
 */
function takeAway(path: string, token: string | null): void {
  const guard = `${path}.guard`;
  try {
    mkdirSync(guard);
  } catch {
    if (ageMs(guard) > halfWrittenMs) rmdirQuietly(guard);
    return;
  }
  try {
    const holder = readHolder(path);
    const same = token === null ? holder === 'half-written' : typeof holder === 'object' && holder.token === token;
    if (same) rmSync(path, { force: true });
  } catch (error) {
    throw new UserError(
      `Cannot take over the lock of a process that is gone: "${path}" belongs to another user.`,
      'Remove that file, or point TMPDIR to a folder of your own.',
      { cause: error },
    );
  } finally {
    rmdirQuietly(guard);
  }
}

function rmdirQuietly(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Somebody else was faster, which is as good.
  }
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

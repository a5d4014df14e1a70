/** Real files, links, pipes and devices: what is written to is written, and nothing that is kept is lost. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { checkpointSignature } from '../../src/files/held-work.ts';
import { pour } from '../../src/files/pour.ts';
import { demandWritable, removeHalfWritten, writeAtomically } from '../../src/files/write.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-write-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let next = 0;
/** A path in a folder of its own. */
const fresh = (name = 'x'): string => {
  const folder = join(scratch, String(next++));
  mkdirSync(folder);
  return join(folder, name);
};
const besides = (path: string): string[] => readdirSync(join(path, '..')).sort();

test('a file appears, is replaced, and keeps its mode', () => {
  const path = fresh();
  writeAtomically(path, 'one', 'the text');
  chmodSync(path, 0o640);
  writeAtomically(path, new Uint8Array([50, 51]), 'the text');
  expect(readFileSync(path, 'utf8')).toBe('23');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(besides(path)).toEqual(['x']);
});

test('a link stays a link, and what it leads to is replaced, or appears', () => {
  const link = fresh('link');
  const folder = fresh('folder');
  mkdirSync(folder);
  symlinkSync(folder, `${link}-to-folder`);
  symlinkSync('link-to-folder/end', link);
  for (const text of ['appears', 'is replaced']) {
    writeAtomically(link, text, 'the text');
    expect(readlinkSync(link)).toBe('link-to-folder/end');
    expect(readFileSync(join(folder, 'end'), 'utf8')).toBe(text);
    expect(lstatSync(join(folder, 'end')).isFile()).toBe(true);
  }
  writeFileSync(join(folder, 'end.0123abcd.tmp'), 'half');
  removeHalfWritten(link);
  expect(readdirSync(folder)).toEqual(['end']);
});

test('a pipe is written to, however slow its reader is', async () => {
  const pipe = fresh('pipe');
  execFileSync('mkfifo', [pipe]);
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
  const reader = spawn('sh', ['-c', 'sleep 0.2; cat "$0" > "$0.read"', pipe]);
  const ended = once(reader, 'exit');
  writeAtomically(pipe, bytes, 'the model');
  await ended;
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  expect(readFileSync(`${pipe}.read`)).toEqual(Buffer.from(bytes));
});

test('a pipe that nobody reads is given up', () => {
  const pipe = fresh('pipe');
  execFileSync('mkfifo', [pipe]);
  expect(() => pour(pipe, new Uint8Array(4), 50)).toThrow(/nothing reads at the other end/);
});

test.skipIf(!existsSync('/dev/full'))('a device is written to and stays one; a full one says so', () => {
  const before = statSync('/dev/null');
  writeAtomically('/dev/null', 'text', 'the front');
  expect(statSync('/dev/null').rdev).toBe(before.rdev);
  expect(() => writeAtomically('/dev/full', 'text', 'the front')).toThrow(
    /^Cannot write the front to "\/dev\/full": the disk is full\./,
  );
  expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  const link = fresh('link');
  symlinkSync('/dev/full', link);
  expect(() => writeAtomically(link, 'text', 'the front')).toThrow(/the disk is full/);
  expect(() => demandWritable('/dev/null', 'the trained network', { readAgain: true })).toThrow(
    /it is a character device, and the trained network is read again from there/,
  );
});

function database(): string {
  const path = fresh('store');
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; create table t (x); insert into t values (1)');
  db.close();
  return path;
}

const refused: readonly [name: string, make: () => string, says: RegExp][] = [
  ['an SQLite store', database, /an SQLite store is there, which would be lost/],
  ['a link to one', () => linkTo(database()), /an SQLite store is there/],
  ['a hard link to one', () => hardLinkTo(database()), /an SQLite store is there/],
  ['the log beside one, were it missing', () => `${database()}-wal`, /a part of an SQLite store/],
  ['the index beside one', () => written(`${database()}-shm`), /a part of an SQLite store/],
  ['a link to the log of one', () => linkTo(`${database()}-wal`), /a part of an SQLite store/],
  ['a checkpoint', () => written(fresh(), checkpointSignature), /a checkpoint is there, which would be lost/],
  ['a read-only file', () => readOnly(fresh()), /the file is read-only/],
  ['a link to a read-only file', () => linkTo(readOnly(fresh())), /the file is read-only/],
  ['a folder', () => join(fresh(), '..'), /it is a directory/],
  ['a link to a folder', () => linkTo(join(fresh(), '..')), /it is a directory/],
  ['a folder that is not there', () => join(fresh(), 'no', 'such'), /there is no such file or folder/],
  ['a name below a file', () => join(written(fresh()), 'x'), /not a directory|no such file or folder/],
  ['a link to itself', () => linkTo('link'), /its links lead in a circle/],
  ['an empty name', () => '', /the name is empty/],
];
test.each(refused)('%s is refused before the work and after it, and stays', (_, make, says) => {
  const path = make();
  const before = contentOf(path);
  expect(() => demandWritable(path, 'the front')).toThrow(says);
  expect(() => writeAtomically(path, 'text', 'the front')).toThrow(says);
  expect(() => writeAtomically(path, 'text', 'the front')).toThrow(UserError);
  expect(contentOf(path)).toBe(before);
  if (path !== '') expect(besidesOf(path).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

test('a file that the command reads is refused, whatever its spelling', () => {
  const model = written(fresh('model.onnx'));
  const kept = () => [{ path: model, what: 'the model' }];
  for (const path of [model, join(model, '..', '.', 'model.onnx'), linkTo(model), hardLinkTo(model)])
    expect(() => writeAtomically(path, 'text', 'the space', { kept })).toThrow(
      /it is the model, which this command reads/,
    );
  expect(readFileSync(model, 'utf8')).toBe('content');
  writeAtomically(`${model}2`, 'text', 'the space', { kept });
});

test('a checkpoint takes the place of a checkpoint', () => {
  const path = written(fresh(), checkpointSignature);
  writeAtomically(path, 'another', 'the checkpoint', { overCheckpoint: true });
  expect(readFileSync(path, 'utf8')).toBe('another');
});

function written(path: string, content: string | Uint8Array = 'content'): string {
  writeFileSync(path, content);
  return path;
}
function readOnly(path: string): string {
  chmodSync(written(path), 0o444);
  return path;
}
function linkTo(path: string): string {
  const link = fresh('link');
  symlinkSync(path, link);
  return link;
}
function hardLinkTo(path: string): string {
  const link = fresh('link');
  linkSync(path, link);
  return link;
}
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
function besidesOf(path: string): string[] {
  try {
    return besides(path);
  } catch {
    return [];
  }
}

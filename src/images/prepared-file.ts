/**
 * The file of prepared images: pixels first, then a JSON trailer, then 16 bytes (magic, length of the trailer). The trailer
 * is last because what is unreadable is known last; it is written once, and the file gets its name when it is whole.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const magic = Buffer.from('RFPREP01');
const footerBytes = 16;

const trailerSchema = z.object({
  key: z.string(),
  /** Images in the file. */
  count: z.int().min(0),
  imageBytes: z.int().min(1),
  sha256: z.string(),
  unreadable: z.array(z.object({ index: z.int().min(0), reason: z.string() })),
});

export type PreparedTrailer = z.output<typeof trailerSchema>;

/** The trailer of the file at `path` when it is whole, belongs to `key` and its pixels have their hash; else null. */
export async function readPrepared(path: string, key: string): Promise<PreparedTrailer | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    return null;
  }
  try {
    return await check(file, key);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

async function check(file: FileHandle, key: string): Promise<PreparedTrailer | null> {
  const { size } = await file.stat();
  const footer = await bytesAt(file, size - footerBytes, footerBytes);
  if (!footer.subarray(0, magic.length).equals(magic)) return null;
  const length = Number(footer.readBigUInt64LE(magic.length));
  const pixels = size - footerBytes - length;
  const text = (await bytesAt(file, pixels, length)).toString();
  const trailer = trailerSchema.parse(JSON.parse(text));
  if (trailer.key !== key || trailer.count * trailer.imageBytes !== pixels) return null;
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (let at = 0; at < pixels; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, pixels - at), at);
    if (bytesRead === 0) return null;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex') === trailer.sha256 ? trailer : null;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0 || length < 0) throw new RangeError('the file is too short');
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new RangeError('the file is too short');
  return buffer;
}

export interface PreparedWriter {
  append(pixels: Uint8Array): Promise<void>;
  /** Writes the trailer and gives the file its name. */
  finish(trailer: Omit<PreparedTrailer, 'sha256'>): Promise<PreparedTrailer>;
  /** Removes what was written, unless it is finished. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Rejects with the system's error when the folder or the file cannot be written. */
export async function writePrepared(path: string): Promise<PreparedWriter> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx');
  const hash = createHash('sha256');
  let done = false;
  return {
    append: async pixels => {
      hash.update(pixels);
      await writeAll(file, pixels);
    },
    finish: async rest => {
      const trailer = { ...rest, sha256: hash.digest('hex') };
      const text = Buffer.from(JSON.stringify(trailer));
      const footer = Buffer.alloc(footerBytes);
      magic.copy(footer);
      footer.writeBigUInt64LE(BigInt(text.length), magic.length);
      await writeAll(file, Buffer.concat([text, footer]));
      await file.sync();
      await file.close();
      await rename(temporary, path);
      done = true;
      return trailer;
    },
    [Symbol.asyncDispose]: async () => {
      if (done) return;
      await file.close().catch(() => {});
      await rm(temporary, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

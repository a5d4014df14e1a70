/** Windows bitmaps without compression, which the decoder of the other formats does not read. */
import type { RgbImage } from './resize.ts';

/** A bitmap begins with these letters. */
export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d;

interface Head {
  readonly width: number;
  readonly height: number;
  /** Rows from the top to the bottom; the other way round by default. */
  readonly fromTop: boolean;
  readonly bits: number;
  /** Where the palette begins, and bytes per entry. */
  readonly palette: number;
  readonly entry: number;
  readonly pixels: number;
}

/** Palettes of 1, 4 and 8 bits, and 24 and 32 bits as B, G, R and what is dropped. Throws for other kinds and for a file cut short. */
export function decodeBmp(bytes: Uint8Array): RgbImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = headOf(view);
  const { width, height, fromTop, bits } = head;
  // Rows are filled up to four bytes.
  const stride = 4 * Math.ceil((width * bits) / 32);
  if (head.pixels + stride * height > bytes.length) throw new Error('the bitmap ends too early');
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const row = head.pixels + stride * (fromTop ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const from = bits >= 24 ? row + (x * bits) / 8 : head.palette + head.entry * indexAt(bytes, row, x, bits);
      const to = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) data[to + c] = bytes[from + 2 - c] ?? 0;
    }
  }
  return { width, height, data };
}

/** The pixel in the highest bits of a byte comes first. */
const indexAt = (bytes: Uint8Array, row: number, x: number, bits: number): number =>
  (bytes[row + ((x * bits) >> 3)]! >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);

function headOf(view: DataView): Head {
  if (view.byteLength < 26) throw new Error('the bitmap ends too early');
  const size = view.getUint32(14, true);
  const pixels = view.getUint32(10, true);
  // The head of OS/2 has 16-bit numbers.
  if (size === 12)
    return demandKind(
      {
        width: view.getUint16(18, true),
        height: view.getUint16(20, true),
        fromTop: false,
        bits: view.getUint16(24, true),
        palette: 26,
        entry: 3,
        pixels,
      },
      false,
    );
  if (size < 40 || view.byteLength < 14 + size) throw new Error('the bitmap has a head of an unknown kind');
  const height = view.getInt32(22, true);
  const compression = view.getUint32(30, true);
  const masks = compression === 3 && view.byteLength >= 66 ? [54, 58, 62].map(at => view.getUint32(at, true)) : [];
  const plain = compression === 0 || masks.join() === '16711680,65280,255';
  return demandKind(
    {
      width: view.getInt32(18, true),
      height: Math.abs(height),
      fromTop: height < 0,
      bits: view.getUint16(28, true),
      palette: 14 + size,
      entry: 4,
      pixels,
    },
    !plain,
  );
}

function demandKind(head: Head, packed: boolean): Head {
  if (packed || ![1, 4, 8, 24, 32].includes(head.bits))
    throw new Error(`the bitmap is compressed or of ${head.bits} bits in a way that is not read: convert it to PNG`);
  if (head.width < 1 || head.height < 1) throw new Error('the bitmap has no pixel');
  return head;
}

/** Charts as pictures of pixels. */
import sharp from 'sharp';

/** Twice as many pixels as the chart has units, so that it is sharp on paper and on dense screens. */
const density = 144;

/** A PNG file. The letters are drawn with a font of this machine. */
export const pngOf = (svg: string): Promise<Uint8Array> => sharp(Buffer.from(svg), { density }).png().toBuffer();

/** Which files of a folder are images, by their names. */
import { extname } from 'node:path';

/** What the decoder reads. */
const readable = new Set('.jpg .jpeg .jpe .jfif .png .apng .webp .gif .tif .tiff .avif .bmp .dib'.split(' '));

/** Images to their owner, and not to the decoder. */
const foreign = new Set(
  '.heic .heif .jp2 .j2k .jpx .jxl .svg .ppm .pgm .pbm .pnm .tga .ico .pcx .psd .exr .hdr .dng .cr2 .nef .arw'.split(
    ' ',
  ),
);

export const readableFormats = 'JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP';

const extensionOf = (name: string): string => extname(name).toLowerCase();
export const isImageName = (name: string): boolean => readable.has(extensionOf(name));
/** The extension of an image that cannot be read; null for anything else. */
export const foreignExtension = (name: string): string | null =>
  foreign.has(extensionOf(name)) ? extensionOf(name) : null;

/** Image folders whose classes can be seen in the mean of each channel. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

export const colours = {
  red: { r: 200, g: 30, b: 20 },
  green: { r: 10, g: 180, b: 60 },
  blue: { r: 40, g: 50, b: 220 },
} as const;
export type Colour = keyof typeof colours;

export async function colourImage(path: string, colour: Colour, width = 8, height = 8): Promise<void> {
  const pixels = sharp({ create: { width, height, channels: 3, background: colours[colour] } });
  writeFileSync(path, await pixels.png().toBuffer());
}

/** `perClass` images per folder `0_red`, `1_green`, `2_blue`; returns the directory. */
export async function colourFolders(directory: string, perClass: number): Promise<string> {
  for (const [index, colour] of (Object.keys(colours) as Colour[]).entries()) {
    const folder = join(directory, `${index}_${colour}`);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < perClass; i++) await colourImage(join(folder, `${i}.png`), colour);
  }
  return directory;
}

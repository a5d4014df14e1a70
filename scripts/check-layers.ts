/**
 * `npm run check:layers`: prints every import in `src` that points to a higher room, every circle, every room without a file and
 * every place of an objective that is written down, and exits 1 if there is one.
 */
import { join } from 'node:path';
import { emptyRooms, layerViolations } from './layers.ts';
import { positionViolations } from './positions.ts';

const source = join(import.meta.dirname, '..', 'src');
const faults = [
  ...[...layerViolations(source), ...positionViolations(source)].map(
    ({ file, line, message }) => `${file}:${line}: ${message}`,
  ),
  ...emptyRooms(source).map(room => `scripts/layers.ts: the room "${room}" holds no file`),
];
for (const fault of faults) console.error(fault);
console.error(
  faults.length === 0 ? 'layers: every import points downward, in no circle' : `layers: ${faults.length} wrong`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

/** `npm run check:layers`: prints every import in `src` that points to a higher room and exits 1 if there is one. */
import { join } from 'node:path';
import { layerViolations } from './layers.ts';

const violations = layerViolations(join(import.meta.dirname, '..', 'src'));
for (const { file, line, message } of violations) console.error(`${file}:${line}: ${message}`);
console.error(violations.length === 0 ? 'layers: every import points downward' : `layers: ${violations.length} wrong`);
process.exitCode = violations.length === 0 ? 0 : 1;

/** Part of `npm run generate`: writes `docs/schemas/roi.schema.json` from the zod type, for editors. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { roiJsonSchema } from '../src/money/inputs.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'schemas');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'roi.schema.json'), `${JSON.stringify(roiJsonSchema(), null, 2)}\n`);

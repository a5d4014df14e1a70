/** Part of `npm run generate`: writes `docs/schemas/dataset.schema.json` from the zod type, for editors. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetJsonSchema } from '../src/data/spec.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'schemas');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'dataset.schema.json'), `${JSON.stringify(datasetJsonSchema(), null, 2)}\n`);

/** Part of `npm run generate`: writes `docs/schemas/settings.schema.json` from the zod type, for editors. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsJsonSchema } from '../src/cli/settings/schema.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'schemas');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'settings.schema.json'), `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);

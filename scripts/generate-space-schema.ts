/** Part of `npm run generate`: writes `search-spaces/search-space.schema.json` from the zod type, for editors. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { searchSpaceJsonSchema } from '../src/space/schema.ts';

writeFileSync(
  join(import.meta.dirname, '..', 'search-spaces', 'search-space.schema.json'),
  `${JSON.stringify(searchSpaceJsonSchema(), null, 2)}\n`,
);

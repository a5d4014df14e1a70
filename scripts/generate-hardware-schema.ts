/** Part of `npm run generate`: writes `hardware-profiles/hardware-profile.schema.json` from the zod type, for editors. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hardwareJsonSchema } from '../src/device/profile.ts';

writeFileSync(
  join(import.meta.dirname, '..', 'hardware-profiles', 'hardware-profile.schema.json'),
  `${JSON.stringify(hardwareJsonSchema(), null, 2)}\n`,
);

/** The hardware profiles that come with this package. */
import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../hardware-profiles', import.meta.url));

/** One to begin with, and the names of the others. */
export function shippedProfiles(): string {
  const names = readdirSync(folder).filter(name => name.endsWith('.yaml'));
  const near = relative(process.cwd(), folder);
  const shown = near === '' || near.startsWith('..') ? folder : near;
  const first = names.includes('cpu-2-threads.yaml') ? 'cpu-2-threads.yaml' : (names[0] ?? '');
  return `a hardware profile, such as ${shown}/${first}, or there ${names.filter(name => name !== first).join(', ')}`;
}

/** What the latencies of a stored study are of. */
import { isExact } from '../../device/open.ts';
import { parseHardwareProfile } from '../../device/profile.ts';
import type { DeviceName } from '../../report/front/front.ts';
import type { Study } from '../../store/study.ts';

/** Null where this version cannot read the profile: a front is shown all the same. */
export function deviceOf({ hardware }: Pick<Study, 'hardware'>): DeviceName | null {
  try {
    const profile = parseHardwareProfile(hardware.text, 'the hardware profile of the study');
    return { name: profile.name, computed: isExact(profile) };
  } catch {
    return null;
  }
}

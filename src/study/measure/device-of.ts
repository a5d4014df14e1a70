/** What the latencies of a stored study are of. */
import { isExact } from '../../device/open.ts';
import { parseHardwareProfile } from '../../device/profile.ts';
import type { DeviceName } from '../../report/front/front.ts';
import type { Study } from '../../store/study.ts';
import { broughtDevice } from './brought.ts';

/** Null where this version cannot read the profile: a front is shown all the same. */
export function deviceOf(study: Pick<Study, 'hardware' | 'data'>): DeviceName | null {
  try {
    const profile = parseHardwareProfile(study.hardware.text, 'the hardware profile of the study');
    const { name, batchSize, latency } = profile;
    return {
      name,
      computed: broughtDevice(study)?.exact ?? isExact(profile),
      batchSize,
      ...(latency.statistic === 'median' ? {} : { statistic: latency.statistic }),
    };
  } catch {
    return null;
  }
}

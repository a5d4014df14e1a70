/** A device that may be out of reach: `verify` goes on without it, and says so. */
import type { Device } from '../../device/device.ts';
import type { OpenDevice } from '../../device/driver.ts';
import { isExact, openDevice } from '../../device/open.ts';
import { failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';

export interface DeviceOrNone {
  readonly open: OpenDevice;
  /** Why the device could not be opened, in a sentence; null where it could, or nobody has tried yet. */
  readonly why: () => string | null;
}

/** Any other error than one for the user is thrown as it is. */
export function deviceOrNone(open: OpenDevice = openDevice): DeviceOrNone {
  let why: string | null = null;
  return {
    open: async (profile, options): Promise<Device> => {
      try {
        return await open(profile, options);
      } catch (error) {
        // Where the device scores, nothing can be measured again without it.
        if (!(error instanceof UserError) || profile.scorer === 'device') throw error;
        why = error.message;
        const { kind } = profile.driver;
        return { driver: kind, exact: isExact(profile), latency: async () => unreached, close: async () => {} };
      }
    },
    why: () => why,
  };
}

const unreached = failed('interrupted', 'the device cannot be reached from here');

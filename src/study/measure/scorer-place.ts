/** Where images are scored: on this host, or on the device where the profile asks for that (docs/decisions/0031). */
import type { Device } from '../../device/device.ts';
import type { HardwareProfile } from '../../device/profile.ts';
import { runOverOf } from '../../device/run-over.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Asker } from '../../evaluate/ask-child.ts';
import type { MetricChoice } from '../../metric/choice.ts';
import { type SessionSettings, sessionPart } from '../../runtime/session.ts';
import { farAsker } from './far-asker.ts';

export interface ScorerPlace {
  /** What a session of this machine is opened with. */
  readonly host: SessionSettings;
  /** Whoever runs networks in its place. */
  readonly asker?: Asker;
}

/** @throws UserError where the device runs no images */
export function scorerPlace(
  { name, host, scorer, driver }: HardwareProfile,
  device: Pick<Device, 'driver'>,
  metric: MetricChoice | null | undefined,
): ScorerPlace {
  // The user's program looks at the network wherever it likes.
  if (scorer === 'host' || metric?.kind === 'command') return { host };
  const runOver = runOverOf(device);
  if (runOver) return { host, asker: farAsker(runOver) };
  if (driver.kind === 'onnxruntime' && device.driver === driver.kind) return { host: sessionPart(driver) };
  throw new UserError(
    `Cannot score on the device "${name}": its driver "${device.driver}" times networks and runs no images.`,
    'Leave host.scorer out of the profile, or judge by a program of your own that runs networks there: --metric command:PROGRAM.',
  );
}

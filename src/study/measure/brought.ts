/** What the calling program brings in the place of what we measure with, and how a study remembers that it did. */
import { type Calibrator, ourCorrections } from '../../calibrate/calibrator.ts';
import type { Device } from '../../device/device.ts';
import type { OpenDevice } from '../../device/driver.ts';
import { lentDevice } from '../../device/lent.ts';
import { driverKinds, openDevice } from '../../device/open.ts';
import { UserError } from '../../errors/user-error.ts';
import type { OwnScorer } from '../../evaluate/own-scorer.ts';
import type { Study } from '../../store/study.ts';

export interface Brought {
  /** Times candidates in the place of the driver that the hardware profile names. It stays the caller's to close. */
  readonly device?: Device | undefined;
  readonly scorer?: OwnScorer | undefined;
  /** Corrects candidates in the place of `corrections`. */
  readonly calibrator?: Calibrator | undefined;
}

interface Names {
  readonly device?: string;
  /** Of that device. */
  readonly exact?: boolean;
  readonly scorer?: string;
}

/** With the input transform, since it says of two studies that their figures cannot be compared. */
export const withNames = (transform: object, { device, scorer }: Brought): string =>
  JSON.stringify({
    ...transform,
    ...(device ? { device: device.driver, exact: device.exact } : {}),
    ...(scorer ? { scorer: scorer.name } : {}),
  });

/** Of the caller's device that timed the candidates of a study whether it computes; undefined where ours timed them. */
export function broughtDevice(study: Pick<Study, 'data'>): { readonly exact: boolean } | undefined {
  const { device, exact = false } = namesIn(study);
  return device === undefined ? undefined : { exact };
}

/** The caller's device where there is one, else what the hardware profile says. */
export const openerOf = ({ device }: Brought): OpenDevice => (device ? async () => lentDevice(device) : openDevice);

/** The same for a stored study: opening throws where the device of its program is not here. */
export const openerFor =
  (study: Pick<Study, 'name' | 'data' | 'calibration'>, brought: Brought): OpenDevice =>
  async (profile, options) => {
    demandOne(study.name, 'timed', 'device', namesIn(study).device, brought.device?.driver);
    return openerOf(brought)(profile, options);
  };

function namesIn({ data }: Pick<Study, 'data'>): Names {
  try {
    const read: unknown = JSON.parse(data.transform);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    // Not written by `withNames`: a study from before a caller could bring anything.
    return {};
  }
}

/**
 * @param timed whether candidates are going to be timed: without that, the device does not matter
 * @throws UserError, in one sentence, when the study was measured with something of the caller's that is not here, or without what is
 */
export function demandBrought(
  study: Pick<Study, 'name' | 'data' | 'calibration'>,
  brought: Brought,
  { timed = true }: { readonly timed?: boolean } = {},
): void {
  const names = namesIn(study);
  const corrections = study.calibration?.corrections ?? 'none';
  if (timed) demandOne(study.name, 'timed', 'device', names.device, brought.device?.driver);
  demandOne(study.name, 'scored', 'scorer', names.scorer, brought.scorer?.name);
  const calibrator = ourCorrections.includes(corrections) ? undefined : corrections;
  demandOne(study.name, 'corrected', 'calibrator', calibrator, brought.calibrator?.name);
}

function demandOne(study: string, done: string, what: string, then: string | undefined, now: string | undefined): void {
  if (then === now) return;
  if (then !== undefined)
    throw new UserError(
      `The candidates of study "${study}" were ${done} by "${then}", a ${what} of the program that searched it.`,
      now === undefined
        ? `Go on from that program, with the same ${what}.`
        : `Give that ${what} in the place of "${now}".`,
    );
  throw new UserError(
    `The candidates of study "${study}" were not ${done} by a ${what} of your own, and "${now}" was given.`,
    `Leave the ${what} out, or search as another study.`,
  );
}

const ourNames = { device: driverKinds, scorer: ['onnxruntime'], calibrator: ourCorrections };

/** @throws UserError for names that would be taken for ours */
export function demandNames({ device, scorer, calibrator }: Brought): void {
  for (const [what, name] of [
    ['device', device?.driver],
    ['scorer', scorer?.name],
    ['calibrator', calibrator?.name],
  ] as const)
    if (name === '' || (name !== undefined && ourNames[what].includes(name)))
      throw new UserError(
        `Cannot use a ${what} of your own that is called "${name}": that name is taken.`,
        'Give it a name of its own.',
      );
}

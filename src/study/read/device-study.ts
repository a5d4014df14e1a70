/** A study that was read, as comparing wants it. */
import { deviceWords } from '../../device/open.ts';
import { type HardwareProfile, parseHardwareProfile } from '../../device/profile.ts';
import type { DeviceStudy } from '../../report/compare/device-study.ts';
import type { EnergyRecord, StoredObservation } from '../../store/observation.ts';
import type { Study } from '../../store/study.ts';
import { frontOf } from './read-front.ts';
import type { StudyReading } from './study-reading.ts';

/**
 * @param name how the study is called among those that are compared
 * @throws UserError while its dense model has not been measured, and where that does not add up
 */
export function deviceStudyOf(reading: StudyReading, name: string): DeviceStudy {
  const { study, recounted } = reading;
  const report = frontOf(reading, 'best');
  const profile = profileOf(study);
  const dense = recounted.get(0)?.trial;
  const highest = dense?.configuration ?? [];
  const known = [...recounted.values()];
  return {
    name,
    report,
    basis: study,
    device: {
      name: profile?.name ?? study.name,
      words: profile ? deviceWords(profile) : '',
      batch: profile?.batchSize ?? 1,
      pricePerHour: profile?.pricePerHour ?? null,
      powerWatts: profile?.powerWatts ?? null,
    },
    sites: Object.keys(dense?.assignment ?? {}),
    places: new Map(
      known.map(({ trial }) => [
        trial.number,
        trial.configuration.map((rung, at) => ((highest[at] ?? 0) > 0 ? rung / (highest[at] ?? 1) : 1)),
      ]),
    ),
    energy: new Map(
      known.flatMap(({ trial, samples }) => {
        const found = energyOf(samples);
        return found ? [[trial.number, found] as const] : [];
      }),
    ),
  };
}

/** Null where this version cannot read the profile. */
function profileOf({ hardware, name }: Study): HardwareProfile | null {
  try {
    return parseHardwareProfile(hardware.text, `the hardware profile of "${name}"`);
  } catch {
    return null;
  }
}

/** A latency that was disturbed tells no energy: other work took its part of it. */
function energyOf(samples: readonly StoredObservation[]): EnergyRecord | undefined {
  const within = (phase: string) =>
    samples.flatMap(each =>
      each.kind === 'latency' && each.phase === phase && each.quality === 'good' ? [each.energy] : [],
    );
  return [...within('confirm'), ...within('search')].find(each => each !== undefined);
}

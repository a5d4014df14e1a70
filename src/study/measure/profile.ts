/** The dense model under the runtime's own profiler, site by site. */
import type { Normalization } from '../../data/normalize.ts';
import { rungMacs } from '../../decompose/ranks.ts';
import type { OpenDevice } from '../../device/driver.ts';
import type { NodeTimings } from '../../device/node-times.ts';
import { deviceWords, openDevice } from '../../device/open.ts';
import type { Attempt } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import type { ProfileView } from '../../report/profile-report.ts';
import { calibrationStatistics } from '../build/calibration.ts';
import { type FactorWatch, type RungLosses, rungLosses, spaceFactors } from '../build/factors.ts';
import { openData } from '../build/open-data.ts';
import { modelBaseName, type Plan } from '../build/plan.ts';

/** Calls that are profiled; the profiler's medians settle within a few dozen. */
const runs = 50;

/**
 * Throws a UserError when the model cannot be run on the device.
 *
 * @param losses what rungs lose at the output; null without calibration images
 * @param open opens the device; as its profile says by default
 */
export async function profileView(
  plan: Plan,
  losses: RungLosses | null,
  onWait: (message: string) => void,
  open: OpenDevice = openDevice,
): Promise<ProfileView> {
  const { hardware, loaded, sites, space } = plan;
  const timed = await nodeTimesOf(plan, onWait, open);
  if (timed.state === 'failed') {
    throw new UserError(
      `Cannot profile "${loaded.path}": ${timed.detail}.`,
      'Check the model and the hardware profile.',
    );
  }
  const { nodes, overhead, runMs } = timed.value;
  const ladders = new Map(space.sites.map(({ site, ladder }) => [site.name, ladder]));
  const siteOutputs = new Set(sites.map(({ output }) => output));
  return {
    model: modelBaseName(loaded.path),
    device: deviceWords(hardware),
    totalMs: runMs,
    sites: sites.map(site => ({
      site: site.name,
      ms: nodes.find(({ output }) => output === site.output)?.ms ?? null,
      macs: site.macs * hardware.batchSize,
      rungs: (ladders.get(site.name) ?? []).flatMap(rung =>
        rung.method === 'dense'
          ? []
          : [
              {
                rung,
                macs: rungMacs(site, rung) * hardware.batchSize,
                outputError: losses?.outputError(site, rung) ?? null,
              },
            ],
      ),
    })),
    others: [...nodes.filter(({ output }) => !siteOutputs.has(output)), ...overhead],
  };
}

/** Throws a UserError where the device cannot tell. */
export async function nodeTimesOf(
  { hardware, loaded }: Pick<Plan, 'hardware' | 'loaded'>,
  onWait: (message: string) => void,
  open: OpenDevice = openDevice,
): Promise<Attempt<NodeTimings>> {
  const scratch = scratchFolder();
  try {
    const device = await open(hardware, { scratchDir: scratch.path, onWait });
    try {
      if (device.nodeTimes) return await device.nodeTimes(loaded, runs);
      throw new UserError(
        `Cannot profile "${loaded.path}": the driver "${device.driver}" of "${hardware.name}" tells no times of single layers.`,
        'Give a hardware profile with another driver.',
      );
    } finally {
      await device.close();
    }
  } finally {
    scratch.remove();
  }
}

export interface ProfileImages {
  /** As `--data` takes them. */
  readonly spec: string;
  readonly wanted: number | undefined;
  readonly seed: number;
  readonly normalize: Normalization | undefined;
}

/** What every rung of the plan loses on calibration images. */
export async function profileLosses(
  plan: Plan,
  { spec, wanted, seed, normalize }: ProfileImages,
  watch: FactorWatch,
): Promise<RungLosses> {
  const dataset = await openData(spec, normalize);
  for (const note of dataset.notes) watch.warn(note);
  const statistics = await calibrationStatistics(plan, dataset, { wanted, seed }, watch);
  const factors = await spaceFactors(plan.loaded.model, plan.space, statistics, watch);
  return rungLosses(plan.loaded.model, plan.space, statistics, factors, watch);
}

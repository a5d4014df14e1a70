/** The dense model under the runtime's own profiler, site by site. */
import { rungMacs } from '../decompose/ranks.ts';
import { profileModel } from '../device/node-profile.ts';
import type { HardwareProfile } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import type { ProfileView } from '../report/profile-report.ts';
import { modelBaseName, type Plan } from './plan.ts';

/** Calls that are profiled; the profiler's medians settle within a few dozen. */
const runs = 50;

/** Throws a UserError when the model cannot be run on the device. */
export async function profileView(plan: Plan, onWait: (message: string) => void): Promise<ProfileView> {
  const { hardware, loaded, sites, space } = plan;
  const timed = await profileModel(loaded.path, hardware, runs, { onWait });
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
    device: deviceText(hardware),
    totalMs: runMs,
    sites: sites.map(site => ({
      site: site.name,
      ms: nodes.find(({ output }) => output === site.output)?.ms ?? null,
      macs: site.macs * hardware.batchSize,
      rungs: (ladders.get(site.name) ?? []).flatMap(rung =>
        rung.method === 'dense' ? [] : [{ rung, macs: rungMacs(site, rung) * hardware.batchSize }],
      ),
    })),
    others: [...nodes.filter(({ output }) => !siteOutputs.has(output)), ...overhead],
  };
}

const deviceText = ({ driver, provider, threads, batchSize }: HardwareProfile): string =>
  driver === 'onnxruntime'
    ? `onnxruntime ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, batch ${batchSize}`
    : `${driver}, batch ${batchSize}`;

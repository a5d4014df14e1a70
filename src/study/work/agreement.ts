/**
 * Whether the devices of one class measure alike: each runs the dense model and two candidates that every study has, before it measures anything
 * that counts. Ratios of one trial on one device are compared with ratios of another trial on another, so that they have to mean the same.
 */
import type { Assignment } from '../../decompose/method.ts';
import type { Device, LatencyBudget, ModelFile } from '../../device/device.ts';
import type { Attempt } from '../../errors/failure.ts';
import { complete } from '../../errors/failure.ts';
import type { Fleet } from '../../fleet/open.ts';
import type { MeasuredBy } from '../../host/environment.ts';
import { assignmentOf } from '../../space/configuration.ts';
import type { Space } from '../../space/space.ts';
import { z95 } from '../../stats/normal.ts';
import type { DeviceCheck } from '../../store/fleet.ts';
import type { Study } from '../../store/study.ts';
import type { CandidateBuilder } from '../build/candidate.ts';

/** What measurements of one device differ by from day to day. */
const floor = 0.02;
/** A dense model that takes so much longer elsewhere (in logarithms) is on another kind of device, whatever the ratios are. */
const denseApart = Math.log(1.15);
/** So many standard errors are no accident. */
const errorsApart = 4;

export interface CheckParts {
  readonly device: Device;
  readonly builder: Pick<CandidateBuilder, 'write'>;
  readonly reference: ModelFile;
  readonly space: Space;
  readonly latency: LatencyBudget;
}

export interface Checked extends Pick<DeviceCheck, 'denseMs' | 'probes'> {
  /** Whether other work slowed the machine, so that nothing can be said of the device. */
  readonly disturbed: boolean;
}

/** All sites at their lowest rung, and all half-way; uncorrected, so that no image is needed. */
const probeAssignments = (space: Space): readonly Assignment[] =>
  [0, 0.5].map(share =>
    assignmentOf(
      space,
      space.sites.map(({ ladder }) => Math.floor(share * (ladder.length - 1))),
    ),
  );

/** A few seconds for each of the three. */
export async function checkDevice({
  device,
  builder,
  reference,
  space,
  latency,
}: CheckParts): Promise<Attempt<Checked>> {
  const budget: LatencyBudget = { ...latency, maxMs: Math.min(latency.maxMs, 3000) };
  const dense = await device.latency(reference, reference, budget);
  if (dense.state === 'failed') return dense;
  const probes: { ratio: number; standardError: number }[] = [];
  let disturbed = dense.value.quality !== 'good';
  for (const assignment of probeAssignments(space)) {
    const candidate = await builder.write(assignment, 'probe.onnx', null);
    if (candidate.state === 'failed') return candidate;
    const found = await device.latency(candidate.value, reference, budget);
    if (found.state === 'failed') return found;
    disturbed ||= found.value.quality !== 'good';
    const [low, high] = found.value.interval;
    probes.push({ ratio: found.value.ratio, standardError: (high - low) / (2 * z95) });
  }
  return complete({ denseMs: dense.value.referenceMs, probes, disturbed });
}

/** Held against the first device of the class that was checked. */
export function judgeDevice(
  checked: Omit<DeviceCheck, 'agrees' | 'detail'>,
  before: readonly DeviceCheck[],
): Pick<DeviceCheck, 'agrees' | 'detail'> {
  const first = before.find(({ deviceClass, agrees }) => agrees && deviceClass === checked.deviceClass);
  if (!first) return { agrees: true, detail: '' };
  if (Math.abs(Math.log(checked.denseMs / first.denseMs)) > denseApart)
    return {
      agrees: false,
      detail: `the dense model takes ${checked.denseMs.toPrecision(3)} ms, and ${first.denseMs.toPrecision(3)} ms on the device of "${first.worker}"`,
    };
  for (const [i, { ratio, standardError }] of checked.probes.entries()) {
    const other = first.probes[i];
    if (!other) continue;
    const error = Math.hypot(standardError / ratio, other.standardError / other.ratio);
    if (Math.abs(Math.log(ratio / other.ratio)) <= floor + errorsApart * error) continue;
    return {
      agrees: false,
      detail: `probe ${i + 1} takes ${ratio.toFixed(3)} of the dense model's time, and ${other.ratio.toFixed(3)} on the device of "${first.worker}"`,
    };
  }
  return { agrees: true, detail: '' };
}

export interface CheckedBy {
  readonly fleet: Pick<Fleet, 'checks'>;
  readonly study: Study;
  readonly by: MeasuredBy;
}

/**
 * Why the device is told apart from those that measured before; null where it is not. Each is checked once a study, and what is computed never.
 *
 * @param parts with the whole ladders of the study: all devices take the same probes
 */
export async function disagreement({ fleet, study, by }: CheckedBy, parts: CheckParts): Promise<string | null> {
  const { worker, deviceClass, device: lane } = by;
  if (lane === null) return null;
  const known = (await fleet.checks.list(study.id)).find(each => each.lane === lane);
  if (known) return known.agrees ? null : known.detail;
  const checked = await checkDevice(parts);
  if (checked.state === 'failed') return checked.detail;
  const { disturbed, ...figures } = checked.value;
  // Asked again when the study is opened the next time.
  if (disturbed) return null;
  const check = { ...figures, worker, deviceClass, lane };
  const kept = await fleet.checks.keep(study.id, check, before => judgeDevice(check, before));
  return kept.agrees ? null : kept.detail;
}

/** Whether a provider computes what it should: the convolution of the canary, worked out here in double precision, beside what it gives. */
import { UserError } from '../../errors/user-error.ts';
import { entryUrl } from '../../host/entry.ts';
import { startChild } from '../../runtime/child.ts';
import { sessionPart } from '../../runtime/session.ts';
import { canaryOutput } from '../canary.ts';
import type { SettingsOf } from '../driver-settings.ts';
import { largestError, tolerance } from '../largest-error.ts';
import type { HardwareProfile } from '../profile.ts';
import type { OutputsAnswer, Request } from './messages.ts';

const timeoutMs = 120_000;

/**
 * @param path the canary of so many channels
 * @returns the largest error as a share of the largest output
 * @throws UserError where the model cannot be run, or gives something else
 */
export async function checkCanary(
  path: string,
  channels: number,
  session: SettingsOf<'onnxruntime'>,
  profile: HardwareProfile,
): Promise<number> {
  const { batchSize, inputShape } = profile;
  const child = startChild({ entry: entryUrl('entry', import.meta.url) });
  try {
    const settings = { ...sessionPart(session), batchSize, inputShape };
    const answer = await child.request<OutputsAnswer>({ do: 'outputs', path, settings } satisfies Request, timeoutMs);
    if (answer.state === 'failed') {
      throw new UserError(
        `Cannot run a small model on "${session.provider}": ${answer.detail}.`,
        'Check the settings of the driver; "rankfront doctor" says which execution providers are there.',
      );
    }
    if (answer.value.kind === 'misfit') throw new UserError(answer.value.problem, answer.value.wayOut);
    const { input, output } = answer.value;
    const error = largestError(canaryOutput(channels, batchSize, profile, input), output);
    if (error <= tolerance) return error;
    throw new UserError(
      `Cannot trust "${session.provider}": a small model gives results that are off by ${(100 * error).toFixed(0)} % of the largest one.`,
      'Update its driver, take options out of the profile one by one, or use another provider.',
    );
  } finally {
    await child.close();
  }
}

/** Whether an agent measures what the profile of the search says. */
import { UserError } from '../../errors/user-error.ts';
import type { HardwareProfile } from '../profile.ts';
import { type Hello, protocolVersion } from './messages.ts';
import type { RemoteSettings } from './settings.ts';

/** Throws a UserError that names what differs. */
export function demandAgent(
  { protocol, rankfront, device }: Hello,
  { exact }: RemoteSettings,
  profile: HardwareProfile,
  where: string,
): void {
  if (protocol !== protocolVersion) {
    throw new UserError(
      `Cannot use ${where}: it speaks version ${protocol} of the protocol (rankfront ${rankfront}), and this one speaks ${protocolVersion}.`,
      'Install the same version of rankfront on both machines.',
    );
  }
  if (profile.scorer === 'device' && !device.scores) throw scoresNothing(where, rankfront, device);
  const pairs = [
    ['batchSize', profile.batchSize, device.batchSize],
    ['precision', profile.precision, device.precision],
    ['inputShape', sorted(profile.inputShape), sorted(device.inputShape)],
    ['driver.exact', exact, device.exact],
  ] as const;
  const different = pairs.find(([, here, there]) => here !== there);
  if (!different) return;
  const [name, here, there] = different;
  throw new UserError(
    `Cannot use ${where} for "${profile.name}": the profile says ${name}: ${here}, and the device "${device.name}" has ${there} in its own profile.`,
    `Write the same ${name} into both profiles.`,
  );
}

const scoresNothing = (where: string, rankfront: string, { name, words, scores }: Hello['device']): UserError =>
  scores === undefined
    ? new UserError(
        `Cannot score on ${where}: its rankfront ${rankfront} is too old for that.`,
        'Install the same version of rankfront on both machines, or leave host.scorer out of the profile.',
      )
    : new UserError(
        `Cannot score on ${where}: the device "${name}" (${words}) times networks and runs no images.`,
        'Give the agent a profile with the driver onnxruntime, or leave host.scorer out of the profile here.',
      );

const sorted = (sizes: Readonly<Record<string, number>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(sizes).sort(([a], [b]) => (a < b ? -1 : 1))));

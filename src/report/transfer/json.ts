/** A transfer for programs. */
import type { TransferReport } from './holding.ts';

export const transferJson = ({ from, to, own, members, ...rest }: TransferReport): string =>
  JSON.stringify(
    {
      from: { study: from.name, device: from.device.name },
      to: { study: to.name, device: to.device.name },
      own: own && { study: own.name, device: own.device.name },
      ...rest,
      members: members.map(({ there, here, verdict }) => ({
        trial: there.trial,
        trialHere: here?.trial ?? null,
        verdict,
        beatenBy: verdict === 'beaten' ? (here?.dominatedBy ?? null) : null,
        there: figures(there),
        here: here && figures(here),
      })),
    },
    null,
    2,
  );

const figures = ({
  speedup,
  speedupCi,
  latencyMs,
  confirmed,
  latencyQuality,
  judged,
}: TransferReport['members'][number]['there']) => ({
  speedup,
  speedupCi,
  latencyMs,
  confirmed,
  latencyQuality,
  change: judged.drop === 0 ? 0 : -judged.drop,
  halfWidth: judged.halfWidth,
});

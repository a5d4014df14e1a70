/** The way to an agent, step by step, for whoever asks at which one it fails. */
import { UserError } from '../../errors/user-error.ts';
import { canaryModel } from '../canary.ts';
import type { HardwareProfile } from '../profile.ts';
import { bringModel } from './bring.ts';
import type { NoLink } from './connect.ts';
import { demandAgent } from './demand-agent.ts';
import { reachAgent } from './reach.ts';
import type { RemoteSettings } from './settings.ts';
import { talkOver } from './talk.ts';

/** Told of each step when it is done. @throws UserError that says how the step failed, and the way out */
export async function walkToAgent(
  settings: RemoteSettings,
  profile: HardwareProfile,
  done: (step: string, said: string) => void,
): Promise<void> {
  const reach = await reachAgent(settings);
  try {
    done('token', settings.tokenFile === undefined ? 'none: for an agent on this machine' : 'read');
    const link = await reach.connect(AbortSignal.timeout(60_000));
    if ('step' in link) throw failedStep(reach.where, link, settings);
    done('dial', `${reach.where} answers and has the same token`);
    const talk = await talkOver(link);
    if (!talk) {
      throw new UserError(
        `Cannot use ${reach.where}: it closed the connection before it said what it is.`,
        'Look at what the agent says there, and install the same version of rankfront on both machines.',
      );
    }
    try {
      demandAgent(talk.hello, settings, profile, reach.where);
      const { device, rankfront, environment } = talk.hello;
      done('agent', `rankfront ${rankfront} on ${environment.cpuModel}: ${device.words} ("${device.name}")`);
      const bytes = canaryModel(16, profile);
      const brought = await bringModel(talk, bytes, null, () => {});
      if (!brought) {
        throw new UserError(
          `Cannot bring a model to ${reach.where}: the connection was lost on the way.`,
          'Look at what the agent says there; a proxy in between may cut long connections.',
        );
      }
      done('upload', `a model of ${(bytes.length / 1e3).toFixed(0)} kB`);
    } finally {
      talk.close();
    }
  } finally {
    await reach.close();
  }
}

function failedStep(where: string, { step, reason }: NoLink, { listen }: RemoteSettings): UserError {
  switch (step) {
    case 'dial':
      return new UserError(
        `Cannot reach ${where}: ${reason}.`,
        listen === undefined
          ? 'Start the agent there and check host, port and TLS. Behind a firewall, let it dial out (--connect) and set listen here.'
          : 'Start the agent with --connect and the address of this machine; check that its port is open here.',
      );
    case 'greet':
      return new UserError(
        `Cannot talk to ${where}: ${reason}.`,
        'Check the port, and that both ends speak TLS or neither does.',
      );
    case 'token':
      return new UserError(
        `Cannot use ${where}: ${reason}.`,
        'Copy the token file of the agent to this machine and name it as driver.tokenFile.',
      );
    default:
      return step satisfies never;
  }
}

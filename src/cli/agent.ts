/** `rankfront agent`: measures on this machine for searches that run elsewhere. */
import { join } from 'node:path';
import { startAgent } from '../agent/agent.ts';
import { dialOut } from '../agent/dial-out.ts';
import { parseHardwareProfile } from '../device/profile.ts';
import { type Address, addressText, isLoopback, parseAddress } from '../device/remote/address.ts';
import { listen, type TlsFiles } from '../device/remote/connect.ts';
import { makeToken, readToken } from '../device/remote/token.ts';
import { profilePath } from '../device/shipped.ts';
import { UserError } from '../errors/user-error.ts';
import { cacheFolder } from '../host/cache-folder.ts';
import { useCache } from '../host/cache-users.ts';
import { readText } from '../host/model-file.ts';
import { parseByteSize } from './byte-size.ts';
import { defineCommand } from './command.ts';
import { hardwareOption } from './options.ts';

const usualAddress = '127.0.0.1:7300';

export const agent = defineCommand({
  options: {
    hardware: hardwareOption,
    listen: { type: 'string', describe: `Where to listen, as HOST:PORT [default: "${usualAddress}"]` },
    connect: {
      type: 'string',
      describe: 'Dial a search that listens, as HOST:PORT, in place of listening: for a device behind a firewall',
    },
    'token-file': {
      type: 'string',
      describe: 'A file with the token that searches need too; a new one is written where there is no such file',
    },
    cache: { type: 'string', describe: 'Folder for pieces of networks [default: a folder "agent" in the cache]' },
    'cache-size': { type: 'string', default: '8GB', describe: 'How much to keep there; the oldest goes first' },
    'tls-cert': { type: 'string', describe: 'Certificate to show when listening, a PEM file' },
    'tls-key': { type: 'string', describe: 'The key of that certificate, a PEM file' },
    'tls-ca': { type: 'string', describe: 'With --connect: certificate to check the search by, a PEM file' },
  },
  examples: [
    ['rankfront agent --hardware board.yaml', 'for searches on this machine, or through an SSH tunnel'],
    ['rankfront agent --hardware board.yaml --listen 0.0.0.0:7300 --token-file token', 'for others in the network'],
    ['rankfront agent --hardware board.yaml --connect build:7300 --token-file token', 'dial the search'],
  ],
  run: async (args, console) => {
    if (args.connect !== undefined && args.listen !== undefined)
      throw new UserError(
        'Cannot listen and dial at once: --listen and --connect were both given.',
        'Give one of them.',
      );
    const address = parseAddress(
      args.connect ?? args.listen ?? usualAddress,
      args.connect === undefined ? '--listen' : '--connect',
    );
    const tls = tlsOf(args['tls-cert'], args['tls-key'], args['tls-ca'], args.connect !== undefined);
    const profile = parseHardwareProfile(readText(profilePath(args.hardware), 'the hardware profile'), args.hardware);
    if (profile.driver.kind === 'remote') {
      throw new UserError(
        `Cannot measure for others with "${args.hardware}": its driver is another agent.`,
        'Give a profile of this machine itself.',
      );
    }
    const token = tokenFor(args['token-file'], address, args.connect !== undefined, console.note);
    const cacheBytes = parseByteSize(args['cache-size'], '--cache-size');
    const cache = args.cache ?? join(cacheFolder(), 'agent');
    const log = (message: string): void => console.note(message);
    useCache(cache);
    const serving = await startAgent({ profile, cache, cacheBytes, log });
    const over = new Promise<void>(resolve => {
      if (console.finish.aborted) resolve();
      console.finish.addEventListener('abort', () => resolve(), { once: true });
    });
    const device = `${serving.hello.device.words} ("${profile.name}")`;
    try {
      if (args.connect !== undefined) {
        console.note(`Dialling ${addressText(address)} to measure on ${device}. Ctrl-C ends it.`);
        await dialOut(serving, { address, token, tls, log, signal: console.finish });
      } else {
        const refused = (from: string): void => log(`A connection from ${from} did not have the token.`);
        const listening = await listen(address, token, 'client', tls, link => void serving.serve(link), refused);
        console.note(`Listening at ${addressText(listening.address)} to measure on ${device}. Ctrl-C ends it.`);
        await over;
        await listening.close();
      }
    } finally {
      await serving.close();
    }
    return 0;
  },
});

function tlsOf(
  cert: string | undefined,
  key: string | undefined,
  ca: string | undefined,
  dials: boolean,
): TlsFiles | null {
  if (dials && (cert !== undefined || key !== undefined))
    throw new UserError(
      'Cannot dial with --tls-cert or --tls-key: the side that is dialled shows them.',
      'Give --tls-ca.',
    );
  if (!dials && ca !== undefined)
    throw new UserError(
      'Cannot listen with --tls-ca: the search checks the certificate.',
      'Give --tls-cert and --tls-key.',
    );
  if ((cert === undefined) !== (key === undefined))
    throw new UserError('Cannot use TLS: --tls-cert and --tls-key belong together.', 'Give both, or none.');
  return cert === undefined && ca === undefined ? null : { cert, key, ca };
}

/** Beyond this machine nothing goes without one. */
function tokenFor(file: string | undefined, address: Address, dials: boolean, note: (message: string) => void): string {
  if (file === undefined) {
    if (!dials && isLoopback(address)) return '';
    throw new UserError(
      `Cannot ${dials ? 'dial' : 'listen at'} ${addressText(address)} without a token: anybody could measure here.`,
      'Add --token-file FILE; a new token is written where there is no such file.',
    );
  }
  if (makeToken(file)) note(`Wrote a new token to "${file}": copy it to where you search, and keep it secret.`);
  return readToken(file);
}

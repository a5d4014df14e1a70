/** Whether ONNX Runtime takes the options of a profile, asked before anything is measured. */
import { UserError } from '../../errors/user-error.ts';
import { entryUrl } from '../../host/entry.ts';
import { currentEnvironment } from '../../host/environment.ts';
import { startChild } from '../../runtime/child.ts';
import { type SessionSettings, sessionPart } from '../../runtime/session.ts';
import { requireProvider } from '../providers.ts';
import type { Request } from './messages.ts';

/**
 * Options that onnxruntime-node 1.30 passes on to a provider (js/node/src/session_options_helper.cc in microsoft/onnxruntime). It drops
 * others without a word; WebGPU is not here, since its options are checked by the binding itself.
 */
const passedOn: Readonly<Record<string, readonly string[]>> = {
  cpu: [],
  cuda: ['deviceId'],
  tensorrt: ['deviceId'],
  dml: ['deviceId'],
  coreml: ['coreMlFlags'],
  qnn: ['backendType', 'backendPath', 'enableFp16Precision'],
};

const probeTimeoutMs = 60_000;

/**
 * @param doing what cannot be done without: `open the device "laptop"`
 * @throws UserError where the provider is not there, drops an option or refuses a value
 */
export async function requireSettings(settings: SessionSettings, doing: string): Promise<void> {
  const { provider, providerOptions = {}, sessionOptions = {} } = settings;
  await requireProvider(provider, doing, 'Set provider to');
  const known = passedOn[provider];
  const dropped = known && Object.keys(providerOptions).find(key => !known.includes(key));
  if (known && dropped !== undefined) {
    throw new UserError(
      `Cannot ${doing}: onnxruntime-node ${currentEnvironment().onnxruntime} does not pass the option "${dropped}" on to "${provider}".`,
      `${known.length > 0 ? `It passes ${known.join(', ')}` : 'It passes none'}; for others use driver: command with onnxruntime_perf_test, as docs/devices/settings.md shows.`,
    );
  }
  if (Object.keys(providerOptions).length === 0 && Object.keys(sessionOptions).length === 0) return;
  const child = startChild({ entry: entryUrl('entry', import.meta.url) });
  try {
    const answer = await child.request(
      { do: 'probe', provider, session: sessionPart(settings) } satisfies Request,
      probeTimeoutMs,
    );
    if (answer.state === 'complete') return;
    throw new UserError(
      `Cannot ${doing}: ONNX Runtime does not take its options (${answer.detail}).`,
      'Correct providerOptions or sessionOptions in the hardware profile.',
    );
  } finally {
    await child.close();
  }
}

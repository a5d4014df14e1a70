/** Which execution providers work here: what the installed onnxruntime-node offers, tried and not assumed. */
import { UserError } from '../errors/user-error.ts';
import { entryUrl } from '../host/entry.ts';
import { startChild } from '../runtime/child.ts';
import { providerNames } from './driver-settings.ts';

export interface ProviderState {
  readonly available: boolean;
  /** Why it is not. */
  readonly reason?: string;
}

const probeTimeoutMs = 60_000;

/** Tries every provider that this project knows, each in a child process of its own: a driver may take it along. */
export async function probeProviders(
  names: readonly string[] = providerNames,
): Promise<Readonly<Record<string, ProviderState>>> {
  const states: Record<string, ProviderState> = {};
  for (const name of names) states[name] = await probeProvider(name);
  return states;
}

async function probeProvider(provider: string): Promise<ProviderState> {
  const child = startChild({ entry: entryUrl('onnxruntime/entry', import.meta.url) });
  try {
    const answer = await child.request({ do: 'probe', provider }, probeTimeoutMs);
    return answer.state === 'complete' ? { available: true } : { available: false, reason: answer.detail };
  } finally {
    await child.close();
  }
}

/**
 * @param doing what cannot be done without it: `open the device "laptop"`
 * @param setting how it is set: `Set provider to`
 * @throws UserError that names the providers that are there unless `provider` is
 */
export async function requireProvider(provider: string, doing: string, setting: string): Promise<void> {
  const wanted = await probeProvider(provider);
  if (wanted.available) return;
  const others = await probeProviders(providerNames.filter(name => name !== provider));
  const there = Object.keys(others).filter(name => others[name]?.available);
  throw new UserError(
    `Cannot ${doing}: the execution provider "${provider}" is not there (${wanted.reason}).`,
    there.length > 0
      ? `${setting} one that is: ${there.join(', ')}; or install what "${provider}" needs.`
      : 'Install onnxruntime-node again: none of its providers works here.',
  );
}

/** Whether TensorFlow.js is there, asked in a child process: native code that does not fit may end the process that loads it. */

import { entryUrl } from '../../host/entry.ts';
import { startChild } from '../../runtime/child.ts';

export type TfjsProbe =
  | { readonly state: 'works'; readonly package: string; readonly version: string; readonly backend: string }
  /** For people: why not, and the way out. */
  | { readonly state: 'fails'; readonly reason: string };

export async function probeTfjs(timeoutMs = 60_000): Promise<TfjsProbe> {
  const child = startChild({ entry: entryUrl('probe-child', import.meta.url) });
  try {
    const answer = await child.request<TfjsProbe>({}, timeoutMs);
    return answer.state === 'complete' ? answer.value : { state: 'fails', reason: answer.detail };
  } finally {
    await child.close();
  }
}

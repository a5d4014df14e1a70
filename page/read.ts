/** Records of the server. */
import type { ErrorRecord } from '../src/serve/answers.ts';
import type { ReaderName, Records } from '../src/serve/api/readers.ts';
import type { Params } from './view.ts';

/** What a reader could not tell, and the way out. */
export class ReadError extends Error {
  readonly wayOut: string;
  constructor(sentence: string, wayOut: string) {
    super(sentence);
    this.wayOut = wayOut;
  }
}

const gone = (): ReadError =>
  new ReadError(
    'The server does not answer.',
    'See whether "rankfront serve" still runs; this page goes on when it does.',
  );

export async function fetchJson<N extends ReaderName>(
  reader: N,
  query: Params = {},
  signal?: AbortSignal,
): Promise<Records[N]> {
  const search = new URLSearchParams(query).toString();
  let response: Response;
  try {
    response = await fetch(`/api/${reader}${search === '' ? '' : `?${search}`}`, { signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw gone();
  }
  const record: unknown = await response.json().catch(() => null);
  if (response.ok && record !== null) return record as Records[N];
  const told = (record as ErrorRecord | null)?.error;
  throw told ? new ReadError(told.sentence, told.wayOut) : gone();
}

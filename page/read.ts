/** Records of the server. */
import type { ErrorRecord } from '../src/serve/answers.ts';
import type { ReaderName, Records } from '../src/serve/api/readers.ts';
import { revisionHeader } from '../src/serve/revision-header.ts';
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

const revisions = new WeakMap<object, number>();

/** Of the study that a record tells of, when its reading began; null for one that tells of more. */
export const revisionOf = (record: object): number | null => revisions.get(record) ?? null;

const addressOf = (reader: ReaderName, query: Params): string => {
  const search = new URLSearchParams(query).toString();
  return `/api/${reader}${search === '' ? '' : `?${search}`}`;
};

/** What was asked for already, for whoever asks first. */
let early: { readonly address: string; readonly response: Promise<Response> } | null = null;

/** Asks for what a view will want first, so that the server reads it while the code of the view is loaded. */
export function readEarly(reader: ReaderName, query: Params): void {
  const address = addressOf(reader, query);
  const response = fetch(address);
  // Whoever takes it is told.
  response.catch(() => {});
  early = { address, response };
}

export async function fetchJson<N extends ReaderName>(
  reader: N,
  query: Params = {},
  signal?: AbortSignal,
): Promise<Records[N]> {
  const address = addressOf(reader, query);
  const begun = early?.address === address ? early.response : null;
  early = null;
  let response: Response;
  try {
    response = await (begun ?? fetch(address, { signal: signal ?? null }));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw gone();
  }
  const record = (await response.json().catch(() => null)) as object | null;
  if (response.ok && record) {
    const revision = response.headers.get(revisionHeader);
    if (revision !== null) revisions.set(record, Number(revision));
    return record as Records[N];
  }
  const told = (record as Partial<ErrorRecord> | null)?.error;
  throw told ? new ReadError(told.sentence, told.wayOut) : gone();
}

/** Requests over one link, each with its answer; what the agent says in between is passed on and answered with a sign of life. */
import type { Link } from './frames.ts';
import { type Hello, idleBeatMs, protocolVersion, type Reply, type Request, type State, silentMs } from './messages.ts';

export type Said = State | Extract<Reply, { kind: 'note' }>;
export type Answer = Exclude<Reply, Said>;

export interface Talk {
  readonly hello: Hello;
  /** Null when the link is lost. One request at a time. */
  ask(request: Request, body?: Uint8Array, heard?: (said: Said) => void): Promise<Answer | null>;
  close(): void;
}

/** Of a body on its way, the slowest that is borne. */
const leastBytesPerMs = 8;

/** Null when the link is lost before the agent has said what it is. */
export async function talkOver(link: Link): Promise<Talk | null> {
  const ask = async (
    request: Request,
    body: Uint8Array = new Uint8Array(),
    heard: (said: Said) => void = () => {},
  ): Promise<Answer | null> => {
    if (!(await link.send(request, body))) return null;
    let patienceMs = silentMs + body.length / leastBytesPerMs;
    for (;;) {
      const frame = await within(link, patienceMs);
      const reply = frame?.header as Reply | null | undefined;
      if (!reply || typeof reply.kind !== 'string') return null;
      patienceMs = silentMs;
      if (reply.kind !== 'state' && reply.kind !== 'note') return reply;
      heard(reply);
      if (reply.kind === 'state') await link.send({ do: 'alive' } satisfies Request);
    }
  };
  const hello = await ask({ do: 'hello', protocol: protocolVersion });
  if (hello?.kind !== 'hello') {
    link.close();
    return null;
  }
  const beat = setInterval(() => void link.send({ do: 'alive' } satisfies Request), idleBeatMs);
  beat.unref();
  void link.closed.then(() => clearInterval(beat));
  return { hello, ask, close: link.close };
}

/** An agent that says nothing any more counts as lost. */
async function within(link: Link, ms: number): ReturnType<Link['receive']> {
  const timer = setTimeout(link.close, ms);
  try {
    return await link.receive();
  } finally {
    clearTimeout(timer);
  }
}

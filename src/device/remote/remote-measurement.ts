/** One measurement through an agent: its models brought, its turn waited for, its result fetched, over as many links as it takes. */
import { randomUUID } from 'node:crypto';
import { type Attempt, type Failure, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import type { SentModels } from '../run-over.ts';
import { bringModel, bringPieces, doesNotStay, rounds } from './bring.ts';
import type { Hello, State, Work } from './messages.ts';
import type { Patient } from './patient.ts';
import type { Said, Talk } from './talk.ts';

export interface Asked {
  readonly work: Work;
  readonly models: SentModels;
  /** Prepared images by SHA-256, likewise. */
  readonly images?: ReadonlyMap<string, () => Uint8Array> | undefined;
  /** Of running alone; without bound by default: the agent has limits of its own. */
  readonly timeoutMs: number | undefined;
  readonly tell: (message: string) => void;
  /** The agent that a link is to, each time there is a new one. */
  readonly met: (hello: Hello) => void;
}

/** A machine that starts anew under the same candidate this often was brought down by it; an agent may be killed more often. */
const reboots = 2;
const restarts = 5;

export function remoteMeasurement<T>(to: Patient, asked: Asked): Promise<Attempt<T>> {
  const { work, timeoutMs, tell, met } = asked;
  let id = randomUUID();
  let ranOn: Hello | null = null;
  const died = { rebooted: 0, restarted: 0 };
  let toldPlace = 0;

  /** What became of the agent since it was last seen at work on this. */
  const deathOf = (hello: Hello): Failure | null => {
    const before = ranOn;
    ranOn = null;
    if (!before || before.instance === hello.instance) return null;
    const rebooted = before.bootId !== hello.bootId;
    const times = ++died[rebooted ? 'rebooted' : 'restarted'];
    tell(
      `The ${rebooted ? 'device was started anew' : 'agent was started anew'} during a measurement, which is repeated.`,
    );
    if (times < (rebooted ? reboots : restarts)) return null;
    return failed(
      'crashed',
      `the ${rebooted ? 'device' : 'agent'} went down ${times} times while it ran this candidate`,
    );
  };

  return to.run(async (talk): Promise<Attempt<T> | null> => {
    met(talk.hello);
    const death = deathOf(talk.hello);
    if (death) return death;
    let late = false;
    const heard = (said: Said): void => {
      if (said.kind === 'note') tell(said.message);
      else if (said.state === 'running') {
        ranOn = talk.hello;
        late ||= timeoutMs !== undefined && said.runningMs > timeoutMs;
        if (late) talk.close();
      } else tellPlace(said);
    };
    const tellPlace = ({ place, of }: Extract<State, { state: 'waiting' }>): void => {
      if (place === toldPlace || of < 2) return;
      toldPlace = place;
      tell(`Others measure on "${talk.hello.device.name}": place ${place} of ${of} in the queue.`);
    };
    for (let round = 0; ; round++) {
      const reply = await talk.ask({ do: 'measure', id, work }, undefined, heard);
      if (late) return failed('timed-out', `no result after ${Math.round((timeoutMs ?? 0) / 1000)} s on the device`);
      if (!reply) return null;
      if (reply.kind === 'missing') {
        if (round >= rounds) throw doesNotStay();
        if (!(await bringAll(talk, reply.sha256s, asked, heard))) return null;
        continue;
      }
      if (reply.kind === 'user-error' || reply.kind === 'unable') throw new UserError(reply.problem, reply.wayOut);
      if (reply.kind !== 'measured') return null;
      ranOn = null;
      const { answer } = reply;
      if (answer.state === 'complete' || answer.reason !== 'interrupted') return answer as Attempt<T>;
      // The agent gave it up, since it is being ended: that is no answer, and the next one is asked afresh.
      id = randomUUID();
      return null;
    }
  });
}

async function bringAll(
  talk: Talk,
  missing: readonly string[],
  { models, images, tell }: Asked,
  heard: (said: Said) => void,
): Promise<boolean> {
  const pictures = missing.filter(sha256 => images?.has(sha256));
  for (const sha256 of missing.filter(each => !images?.has(each))) {
    const model = models.get(sha256)?.();
    if (!model) throw new Error(`the agent asks for what is not part of the measurement: ${sha256}`);
    if (!(await bringModel(talk, model.bytes, model.uncorrected, heard))) return false;
  }
  if (pictures.length > 1) tell(`Sending ${pictures.length} images to "${talk.hello.device.name}"; they stay there.`);
  return (await bringPieces(talk, pictures, sha256 => images?.get(sha256)?.(), heard)) !== null;
}

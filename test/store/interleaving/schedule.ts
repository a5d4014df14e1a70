/** Two works on one store, statement by statement, in every order that there is. */

/** Where a work waits before each of its statements, until it is let on. */
export interface Gate {
  pass(statement: string): Promise<void>;
  /** Its transaction has ended. */
  ended(): void;
}

interface Actor {
  waiting: { readonly statement: string; readonly go: () => void } | null;
  done: boolean;
  /** Resolves when it waits at the gate or is done. */
  arrived: Promise<void>;
  arrive: () => void;
}

/** Chooses one of those that can go on. */
export type Choose = (options: readonly number[]) => number;

export interface Rules {
  /** Whether the statement that the work runs now waits for the other one, in the database. */
  readonly isBlocked: (actor: number) => Promise<boolean>;
  /** Statements that a database would let wait until the other's transaction has ended; for one that has no such locks. */
  readonly locks: (statement: string) => boolean;
}

/** Runs both to their end; what each came to, an error included. Throws when neither can go on. */
export async function interleaved(
  works: readonly ((gate: Gate) => Promise<unknown>)[],
  choose: Choose,
  rules: Rules,
): Promise<readonly unknown[]> {
  const actors: Actor[] = works.map(() => newActor());
  let holder: number | null = null;
  const results: unknown[] = [];
  works.forEach((work, i) => {
    const actor = actors[i]!;
    const gate: Gate = {
      pass: statement =>
        new Promise(go => {
          actor.waiting = { statement, go };
          actor.arrive();
        }),
      ended: () => {
        if (holder === i) holder = null;
      },
    };
    work(gate)
      .catch((error: unknown) => error)
      .then(result => {
        results[i] = result;
        gate.ended();
        actor.done = true;
        actor.arrive();
      });
  });
  const settle = async (i: number): Promise<void> => {
    const actor = actors[i]!;
    let here = false;
    actor.arrived.then(() => {
      here = true;
    });
    for (;;) {
      await new Promise(resolve => setImmediate(resolve));
      if (here || (await rules.isBlocked(i))) return;
    }
  };
  for (let i = 0; i < actors.length; i++) await settle(i);
  while (actors.some(({ done }) => !done)) {
    const options = actors.flatMap(({ waiting }, i) =>
      waiting && !(rules.locks(waiting.statement) && holder !== null && holder !== i) ? [i] : [],
    );
    if (options.length === 0) throw new Error('each waits for the other');
    const chosen = choose(options);
    const actor = actors[chosen]!;
    const { statement, go } = actor.waiting!;
    if (rules.locks(statement)) holder = chosen;
    Object.assign(actor, newActor());
    go();
    await settle(chosen);
    // Whoever waited for it may be let on by the database now.
    for (const [i, { waiting, done }] of actors.entries()) if (!waiting && !done) await settle(i);
  }
  return results;
}

function newActor(): Actor {
  let arrive = (): void => {};
  const arrived = new Promise<void>(resolve => {
    arrive = resolve;
  });
  return { waiting: null, done: false, arrived, arrive };
}

/**
 * Calls `run` for every schedule, depth first; each choice that it asks for is a branch. Returns how many there were, at most `most`.
 * `run` says whether to go on.
 */
export async function everySchedule(run: (choose: Choose) => Promise<boolean>, most: number): Promise<number> {
  let path: readonly number[] = [];
  for (let count = 1; ; count++) {
    const widths: number[] = [];
    const goOn = await run(options => {
      const pick = path[widths.length] ?? 0;
      widths.push(options.length);
      return options[pick]!;
    });
    const taken = widths.map((_, i) => path[i] ?? 0);
    const last = taken.findLastIndex((pick, i) => pick + 1 < widths[i]!);
    if (!goOn || last < 0 || count === most) return count;
    path = [...taken.slice(0, last), taken[last]! + 1];
  }
}

/** The child's end of `child.ts`: answers requests one at a time and ends when the parent is gone. */
import type { Attempt } from '../errors/failure.ts';

interface Envelope {
  readonly id: number;
  readonly message: unknown;
}

/** Answers every request with what `handle` returns; a thrown error becomes a failure, and the child lives on. */
export function serve<Message, Answer>(handle: (message: Message) => Promise<Attempt<Answer>>): void {
  process.on('SIGINT', () => {}); // the parent decides when to end
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (envelope: Envelope) => {
    try {
      process.send?.({ id: envelope.id, answer: await handle(envelope.message as Message) });
    } catch (error) {
      process.send?.({ id: envelope.id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}

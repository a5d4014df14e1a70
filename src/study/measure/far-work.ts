/** What a question to a device elsewhere is made with. */
import type { RunOver, SentModels } from '../../device/run-over.ts';
import type { Attempt } from '../../errors/failure.ts';
import type { Asker, ChildRequest } from '../../evaluate/ask-child.ts';
import type { sentImages } from './sent-images.ts';

export interface FarWork {
  /** Runs the work there, with what it needs. */
  readonly run: RunOver;
  /** A network to send, and what it is known by. */
  readonly sent: (path: string) => Attempt<{ readonly sha256: string; readonly models: SentModels }>;
  readonly images: ReturnType<typeof sentImages>;
  /** A child here, for what a user brings: a device runs nothing but networks. */
  readonly here: Asker<ChildRequest>;
}

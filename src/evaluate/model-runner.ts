/** Models over prepared images, as a scorer asks for them. */
import type { Attempt } from '../errors/failure.ts';
import type { OpenInputs } from '../images/open-inputs.ts';
import type { PixelReading } from '../images/pixel-reading.ts';
import type { Metric } from '../metric/metric.ts';
import type { NetworkInterface } from '../runtime/model-interface.ts';
import { type SessionSettings, sessionPart } from '../runtime/session.ts';
import { type Asker, askChild } from './ask-child.ts';
import type { GradeAnswer, GradeRequest } from './grade-messages.ts';
import type { ScoreAnswer, StoppingRule } from './messages.ts';

export interface ModelRunner {
  describe(model: string, timeoutMs: number): Promise<Attempt<NetworkInterface>>;
  /** @param labels one output index per position, for top-5, or null */
  run(
    model: string,
    images: PreparedPart,
    labels: Int32Array | null,
    timeoutMs: number,
    stopping?: StoppingRule | null,
  ): Promise<Attempt<ScoreAnswer>>;
  /** What a metric module says of itself. */
  metric(path: string, timeoutMs: number): Promise<Attempt<Metric>>;
  /** Grades every image of the part by what the model and the dense one say of it. */
  grade(
    model: string,
    images: PreparedPart,
    how: Pick<GradeRequest, 'dense' | 'outputs' | 'own'>,
    timeoutMs: number,
  ): Promise<Attempt<GradeAnswer>>;
  close(): Promise<void>;
}

export interface PreparedPart {
  readonly inputs: OpenInputs;
  /** Positions among the prepared images. */
  readonly positions: Int32Array;
  readonly reading: PixelReading;
  /** Images per call where the model leaves it open. */
  readonly batch: number;
}

/**
 * @param heads the outputs that count, the labelled one first; empty: the first that holds class scores
 * @param asker what runs the models; a child process of this machine by default
 */
export function startModelRunner(
  settings: SessionSettings,
  heads: readonly string[] = [],
  { ask, close }: Asker = askChild(),
): ModelRunner {
  const session = sessionPart(settings);
  return {
    describe: (model, timeoutMs) => ask({ kind: 'describe', model, session, heads }, timeoutMs),
    run: (model, { inputs, positions, reading, batch }, labels, timeoutMs, stopping = null) => {
      return ask(
        { kind: 'score', model, session, heads, images: inputs.source(positions, reading), batch, labels, stopping },
        timeoutMs,
      );
    },
    metric: (path, timeoutMs) => ask({ kind: 'metric', path }, timeoutMs),
    grade: (model, { inputs, positions, reading, batch }, how, timeoutMs) =>
      ask({ kind: 'grade', model, session, images: inputs.source(positions, reading), batch, ...how }, timeoutMs),
    close,
  };
}

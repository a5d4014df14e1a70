/** Asks a device elsewhere to run networks over images, in the place of a child process here. What a scorer makes of the answers is the same. */
import type { ModelFile } from '../../device/device.ts';
import { modelBytes } from '../../device/remote/model-bytes.ts';
import type { ScoreWork } from '../../device/remote/score-work.ts';
import type { RunOver, SentModels } from '../../device/run-over.ts';
import { type Attempt, complete } from '../../errors/failure.ts';
import { gradeFrom, networkFrom, scoreFrom } from '../../evaluate/answer-json.ts';
import { type Asker, askChild, type RunnerRequest } from '../../evaluate/ask-child.ts';
import type { StoppingRule } from '../../evaluate/messages.ts';
import { readBytes, sha256Of } from '../../host/model-file.ts';
import type { FarWork } from './far-work.ts';
import { judgeFar } from './judge-far.ts';
import { sentImages } from './sent-images.ts';

export function farAsker(runOver: RunOver): Asker {
  const work: FarWork = { run: runOver, sent: sentModel, images: sentImages(), here: askChild(false) };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    // One after the other, as a child answers: a metric of the user's is judged over several requests.
    ask: <T>(request: RunnerRequest, timeoutMs: number) => {
      const mine = turn.then(() => answered(work, request, timeoutMs)) as Promise<Attempt<T>>;
      turn = mine.catch(() => {});
      return mine;
    },
    close: () => work.here.close(),
  };
}

async function answered(work: FarWork, request: RunnerRequest, timeoutMs: number): Promise<Attempt<unknown>> {
  if (request.kind === 'metric') return work.here.ask(request, timeoutMs);
  const model = work.sent(request.model);
  if (model.state === 'failed') return model;
  const { sha256, models } = model.value;
  switch (request.kind) {
    case 'describe':
      return then(
        await work.run({ kind: 'describe', model: sha256, heads: [...request.heads], timeoutMs }, models, new Map()),
        networkFrom,
      );
    case 'score': {
      const { heads, batch, labels, stopping } = request;
      const { sent, pieces } = work.images(request.images);
      const asked: ScoreWork = {
        ...{ kind: 'score', model: sha256, heads: [...heads], images: sent, batch, timeoutMs },
        labels: labels && [...labels],
        stopping: stopping && stoppingJson(stopping),
      };
      return then(await work.run(asked, models, pieces), scoreFrom);
    }
    case 'grade': {
      if (request.own) return judgeFar(work, request, request.own, timeoutMs);
      const dense = work.sent(request.dense);
      if (dense.state === 'failed') return dense;
      const { sent, pieces } = work.images(request.images);
      const { batch } = request;
      const asked: ScoreWork = {
        ...{ kind: 'grade', model: sha256, dense: dense.value.sha256, images: sent, batch, timeoutMs },
        outputs: request.outputs.map(({ name, rule }) => ({ name, rule })),
      };
      return then(await work.run(asked, new Map([...models, ...dense.value.models]), pieces), gradeFrom);
    }
    default:
      return request satisfies never;
  }
}

const then = <T>(said: Attempt<unknown>, read: (value: unknown) => Attempt<T>): Attempt<T> =>
  said.state === 'failed' ? said : read(said.value);

/** Candidates are written over one another: what stands there now is what is meant. */
function sentModel(path: string): Attempt<{ readonly sha256: string; readonly models: SentModels }> {
  const file: ModelFile = { path, sha256: sha256Of(readBytes(path, 'the model')) };
  const read = modelBytes(file);
  if (read.state === 'failed') return read;
  const { bytes, sha256 } = read.value;
  return complete({ sha256, models: new Map([[sha256, () => ({ bytes, uncorrected: null })]]) });
}

const stoppingJson = ({ truth, dense, chances, below }: StoppingRule) => ({
  truth: {
    classes: Array.from(truth.classes),
    ...(truth.among === undefined ? {} : { among: truth.among }),
    further: truth.further.map(each => Array.from(each)),
  },
  dense: [...dense],
  chances: chances.map(each => ({ weight: each.weight, below: Number.isFinite(each.below) ? each.below : null })),
  below,
});

/** Tries whether a device scores as its profile asks: a small network on two inputs, beside what it should give. */
import { canaryModel, canaryOutput, canaryShape } from '../../device/canary.ts';
import type { Device } from '../../device/device.ts';
import { largestError, tolerance } from '../../device/largest-error.ts';
import type { HardwareProfile } from '../../device/profile.ts';
import { runOverOf } from '../../device/run-over.ts';
import { UserError } from '../../errors/user-error.ts';
import { outputsFrom } from '../../evaluate/answer-json.ts';
import { sha256Of } from '../../host/model-file.ts';
import { fromHalf, toHalf } from '../../onnx/half.ts';
import { seededRng } from '../../random/rng.ts';
import { scorerPlace } from './scorer-place.ts';

const channels = 16;
const timeoutMs = 120_000;

/**
 * @returns how it scores, in words
 * @throws UserError where it does not, or gives something else
 */
export async function tryScoring(profile: HardwareProfile, device: Device): Promise<string> {
  const { driver, precision } = profile;
  if (driver.kind === 'command') return 'by a program of your own (--metric command:PROGRAM): the tool runs no images';
  await scorerPlace(profile, device, null).asker?.close();
  const runOver = runOverOf(device);
  if (!runOver) return `on this machine, with the provider ${driver.kind === 'onnxruntime' ? driver.provider : ''}`;
  const inputs = [1, 2].map(randomInput);
  const pieces = inputs.map(input => bytesOf(input, precision));
  const bytes = canaryModel(channels, profile);
  const model = sha256Of(bytes);
  const items = pieces.map(piece => ({
    ...{ sha256: sha256Of(piece), type: precision, dims: [...canaryShape], bytes: piece.length },
  }));
  const said = await runOver(
    {
      ...{ kind: 'outputs', model, batch: inputs.length, outputs: ['output'], timeoutMs },
      images: { kind: 'arrays', inputs: [{ name: 'input', items }] },
    },
    new Map([[model, () => ({ bytes, uncorrected: null })]]),
    new Map(pieces.map(piece => [sha256Of(piece), () => piece])),
  );
  const given = said.state === 'failed' ? said : outputsFrom(said.value);
  if (given.state === 'failed')
    throw new UserError(
      `Cannot score on the device "${profile.name}": ${given.detail}.`,
      'Look at what the agent says there, and at the settings of its driver.',
    );
  const { images, where } = given.value;
  const errors = inputs.map((input, i) =>
    largestError(
      canaryOutput(channels, 1, profile, asHeld(input, precision)),
      Float32Array.from((images[i]?.[0]?.data ?? []) as ArrayLike<number>),
    ),
  );
  const error = Math.max(...errors);
  if (error <= tolerance)
    return `on ${where.environment.cpuModel}: a small model gives what it should, within ${(100 * error).toPrecision(2)} %`;
  throw new UserError(
    `Cannot trust the scores of "${profile.name}": a small model gives results that are off by ${(100 * error).toFixed(0)} % of the largest one.`,
    'Take options out of the profile of the agent one by one, or use another provider there.',
  );
}

function randomInput(seed: number): Float32Array {
  const rng = seededRng(seed);
  return Float32Array.from({ length: canaryShape.reduce((a, b) => a * b, 1) }, () => rng.uniform() - 0.5);
}

const bytesOf = (values: Float32Array, precision: HardwareProfile['precision']): Uint8Array =>
  new Uint8Array(precision === 'float32' ? values.buffer : Uint16Array.from(values, toHalf).buffer);

/** Rounded where the network takes it in half precision. */
const asHeld = (values: Float32Array, precision: HardwareProfile['precision']): Float32Array =>
  precision === 'float32' ? values : values.map(each => fromHalf(toHalf(each)));

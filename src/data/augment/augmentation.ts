/** What is done to the images of a training set: the choices, and their composition. */
import type { Rng } from '../../random/rng.ts';
import type { RgbImage } from '../resize.ts';
import { centerCrop, resizeShortSide, type Transform } from '../transform.ts';
import { colourJitter, type JitterStrength } from './colour-jitter.ts';
import { cutmix } from './cutmix.ts';
import { randomFlip } from './flip.ts';
import { mixup, type SoftBatch } from './mixup.ts';
import { randomPadAndCrop } from './pad-and-crop.ts';
import { type CropRange, defaultCropRange, randomResizedCrop } from './random-resized-crop.ts';

/** Plain data: it is sent to threads, stored with a training, and part of what a checkpoint must agree with. */
export interface Augmentation {
  /** How an image comes to the size of the input. */
  readonly crop:
    | { readonly kind: 'none' }
    | { readonly kind: 'pad' /** Pixels on each side. */; readonly padding: number }
    | ({ readonly kind: 'resized' } & CropRange);
  /** The probability that left and right are exchanged. */
  readonly flip: number;
  readonly jitter: JitterStrength | null;
  /** The parameter of the Beta distribution; 0 for none. With both, each batch has one or the other, at equal odds. */
  readonly mixup: number;
  readonly cutmix: number;
}

export const noAugmentation: Augmentation = { crop: { kind: 'none' }, flip: 0, jitter: null, mixup: 0, cutmix: 0 };

/** Up to this side images are moved by an eighth, as on CIFAR; larger ones are cropped as on ImageNet. */
const largestSmallSide = 64;

export const augmentationNames = ['none', 'flip', 'default', 'strong'] as const;
export type AugmentationName = (typeof augmentationNames)[number];

/** `default` is crop and flip; `strong` adds colour, mixup and cutmix. `side` is that of the network's input. */
export function namedAugmentation(name: AugmentationName, side: number): Augmentation {
  if (name === 'none') return noAugmentation;
  if (name === 'flip') return { ...noAugmentation, flip: 0.5 };
  const crop: Augmentation['crop'] =
    side <= largestSmallSide ? { kind: 'pad', padding: Math.ceil(side / 8) } : { kind: 'resized', ...defaultCropRange };
  const usual = { ...noAugmentation, crop, flip: 0.5 };
  if (name === 'default') return usual;
  return { ...usual, jitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }, mixup: 0.2, cutmix: 1 };
}

/** Crop and flip alone: what the last epochs are shown, closer to the images that the network is for (He et al. 2019, arXiv 1909.09148). */
export const plain = (augmentation: Augmentation): Augmentation => ({
  ...augmentation,
  jitter: null,
  mixup: 0,
  cutmix: 0,
});

/** Planes R, G, B of the size of `transform`; what the network is shown of `image` in training. */
export function augmented(image: RgbImage, augmentation: Augmentation, transform: Transform, rng: Rng): Uint8Array {
  const { height, width, resize } = transform;
  const { crop, flip, jitter } = augmentation;
  const whole = (): RgbImage => (resize === null ? image : resizeShortSide(image, resize));
  let seen =
    crop.kind === 'resized'
      ? randomResizedCrop(image, width, height, crop, rng)
      : crop.kind === 'pad'
        ? randomPadAndCrop(whole(), crop.padding, rng)
        : whole();
  seen = randomFlip(seen, flip, rng);
  if (jitter) seen = colourJitter(seen, jitter, rng);
  return centerCrop(seen, height, width);
}

/** Mixup or cutmix of a whole batch, where the augmentation has them. */
export function mixedBatch(batch: SoftBatch, augmentation: Augmentation, rng: Rng): SoftBatch {
  const { mixup: blend, cutmix: cut } = augmentation;
  if (blend === 0 && cut === 0) return batch;
  const blends = cut === 0 || (blend > 0 && rng.uniform() < 0.5);
  return blends ? mixup(batch, blend, rng) : cutmix(batch, cut, rng);
}

/** What a first look at a network, its images and a device has found. */

/** Layers that are treated alike. */
export interface LayerGroup {
  /** As in `3x3 conv, tucker2`, or why they are left out. */
  readonly what: string;
  readonly layers: number;
  /** Share of the multiply-accumulates of the whole network, 0 to 1. */
  readonly share: number;
  /** Share of the time in all kernels, 0 to 1, with what the runtime fused into the layers; null where they were not timed. */
  readonly time: number | null;
  /** Of the layers, in the order of the network. */
  readonly names: readonly string[];
}

export interface NetworkView {
  readonly model: string;
  /** `input: N x 3 x 224 x 224`, one per input. */
  readonly inputs: readonly string[];
  /** For one input. */
  readonly macs: number;
  readonly params: number;
  /** Layers that the proposed search space offers, by kind and method. */
  readonly searched: readonly LayerGroup[];
  /** Layers that could be factorised and stay dense, and those that cannot, by the reason. */
  readonly leftOut: readonly LayerGroup[];
}

/** One way to read the pixels, and how the dense model does with it. */
export interface TriedReading {
  readonly normalize: string;
  readonly channels: 'rgb' | 'bgr';
  /** Top-1, 0 to 1. */
  readonly accuracy: number;
}

export interface ImagesView {
  readonly spec: string;
  readonly description: string;
  readonly images: number;
  /** 0 where the images have none. */
  readonly labelledClasses: number;
  /** The width of the network's output. */
  readonly outputs: number;
  /** Height and width that the network reads; null where it reads no picture. */
  readonly size: readonly [height: number, width: number] | null;
  /** Images that readings were tried on. */
  readonly triedOn: number;
  /** Best first; empty without labels, since agreement with itself tells nothing. */
  readonly tried: readonly TriedReading[];
  /** Whether even the best is near guessing. */
  readonly guesses: boolean;
  /** The normalisation that the data says, or the usual one. */
  readonly given: string;
  /** What to write into the settings; null to leave it as given. */
  readonly normalize: string | null;
  /** Milliseconds of scoring one image on this machine. */
  readonly msPerImage: number;
  /** Images that would score every trial. */
  readonly proxyImages: number;
  readonly notes: readonly string[];
}

export interface SpeedView {
  readonly device: string;
  readonly computed: boolean;
  /** Median of the dense model. */
  readonly denseMs: number;
  readonly disturbed: boolean;
  /** Wall time of the latency of one trial. */
  readonly latencyWallMs: number;
}

export interface Inspection {
  readonly network: NetworkView;
  readonly images: ImagesView | null;
  readonly speed: SpeedView;
}

/** Milliseconds of one trial: its latency and its score; null without images. What is built and waited for comes on top. */
export const trialMs = ({ images, speed }: Inspection): number | null =>
  images && speed.latencyWallMs + images.msPerImage * images.proxyImages;

/** Trials that fit in so many milliseconds; null where the time of a trial is not known. */
export function trialsIn(inspection: Inspection, ms: number): number | null {
  const each = trialMs(inspection);
  return each === null ? null : Math.floor(ms / Math.max(each, 1));
}

/** Sites of well-known networks, written down without a graph. */

import { isRefused, type Site } from '../../src/decompose/site.ts';
import { payingMethods } from '../../src/decompose/sites/methods.ts';

interface ConvParts {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Height and width of the output. */
  readonly size?: number;
}

export function convSite(name: string, inChannels: number, outChannels: number, parts: ConvParts = {}): Site {
  const { kernel = 3, stride = 1, groups = 1, size = 14 } = parts;
  const weights = (outChannels * inChannels * kernel * kernel) / groups;
  const half = (kernel - 1) / 2;
  return withMethods({
    name,
    index: 0,
    output: `${name}:0`,
    kind: groups > 1 ? 'grouped-conv' : kernel === 1 ? 'conv1x1' : 'conv',
    weight: `${name}.weight`,
    elementType: 'float32',
    weightDims: [outChannels, inChannels / groups, kernel, kernel],
    weightInput: 1,
    weightLayout: 'out-in',
    weightOrder: null,
    inChannels,
    outChannels,
    groups,
    kernel: [kernel, kernel],
    kernelShape: [kernel, kernel],
    strides: [stride, stride],
    dilations: [1, 1],
    pads: [half, half, half, half],
    inputImage: [size * stride, size * stride],
    outputImage: [size, size],
    product: null,
    inputSize: [size * stride, size * stride],
    outputSize: [size, size],
    outputPositions: size * size,
    macs: weights * size * size,
    params: weights,
    biasParams: 0,
    methods: [],
  });
}

export const gemmSite = (name: string, inChannels: number, outChannels: number): Site => ({
  ...convSite(name, inChannels, outChannels, { kernel: 1, size: 1 }),
  kind: 'gemm',
  product: {
    inputOrder: null,
    outputOrder: null,
    perChannel: [outChannels],
    weightFirst: false,
    equations: null,
    inAxes: [inChannels],
    outAxes: [outChannels],
  },
  weightDims: [outChannels, inChannels],
});

/** Whatever may be factorised there; none where nothing pays, so that a test can tell. */
function withMethods(site: Site): Site {
  const methods = payingMethods(site);
  return { ...site, methods: isRefused(methods) ? [] : methods };
}

const inOrder = (sites: readonly Site[]): Site[] => sites.map((site, index) => ({ ...site, index }));

/** He et al. 2016 for CIFAR: 6 n + 2 layers, shortcuts without parameters. */
export function cifarResNet(n: number): Site[] {
  const sites = [convSite('/conv1/Conv', 3, 16, { size: 32 })];
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (let block = 0; block < n; block++) {
      const enters = stage > 0 && block === 0;
      const at = `/layer${stage + 1}/layer${stage + 1}.${block}`;
      const size = 32 >> stage;
      sites.push(
        convSite(`${at}/conv1/Conv`, enters ? channels / 2 : channels, channels, { size, stride: enters ? 2 : 1 }),
      );
      sites.push(convSite(`${at}/conv2/Conv`, channels, channels, { size }));
    }
  }
  return inOrder([...sites, gemmSite('/linear/Gemm', 64, 10)]);
}

/** torchvision's ResNet-18. */
export function resNet18(): Site[] {
  const sites = [convSite('/conv1/Conv', 3, 64, { kernel: 7, stride: 2, size: 112 })];
  for (const [stage, channels] of [64, 128, 256, 512].entries()) {
    for (const block of [0, 1]) {
      const at = `/layer${stage + 1}/layer${stage + 1}.${block}`;
      const size = 56 >> stage;
      const enters = stage > 0 && block === 0;
      const input = enters ? channels / 2 : channels;
      const stride = enters ? 2 : 1;
      sites.push(convSite(`${at}/conv1/Conv`, input, channels, { size, stride }));
      sites.push(convSite(`${at}/conv2/Conv`, channels, channels, { size }));
      if (enters)
        sites.push(convSite(`${at}/downsample/downsample.0/Conv`, input, channels, { kernel: 1, size, stride }));
    }
  }
  return inOrder([...sites, gemmSite('/fc/Gemm', 512, 1000)]);
}

/** torchvision's ResNet-50: strides on the 3 x 3 layers. */
export function resNet50(): Site[] {
  const sites = [convSite('/conv1/Conv', 3, 64, { kernel: 7, stride: 2, size: 112 })];
  let input = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 << stage;
    const size = 56 >> stage;
    for (let block = 0; block < blocks; block++) {
      const at = `/layer${stage + 1}/layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      sites.push(convSite(`${at}/conv1/Conv`, input, width, { kernel: 1, size: size * stride }));
      sites.push(convSite(`${at}/conv2/Conv`, width, width, { size, stride }));
      sites.push(convSite(`${at}/conv3/Conv`, width, 4 * width, { kernel: 1, size }));
      if (block === 0)
        sites.push(convSite(`${at}/downsample/downsample.0/Conv`, input, 4 * width, { kernel: 1, size, stride }));
      input = 4 * width;
    }
  }
  return inOrder([...sites, gemmSite('/fc/Gemm', 2048, 1000)]);
}

/** The layers of MobileNet V1 that are sites, with Keras' names. */
export function mobileNetV1(width: number): Site[] {
  const plan = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024].map(each => each * width);
  const sizes = [112, 56, 56, 28, 28, 14, 14, 14, 14, 14, 14, 7, 7];
  const first = 32 * width;
  return inOrder([
    convSite('conv1', 3, first, { stride: 2, size: 112 }),
    ...plan.map((channels, i) =>
      convSite(`conv_pw_${i + 1}`, plan[i - 1] ?? first, channels, { kernel: 1, size: sizes[i] ?? 7 }),
    ),
    convSite('conv_preds', 1024 * width, 1000, { kernel: 1, size: 1 }),
  ]);
}

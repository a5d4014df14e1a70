/** The convolutions of ResNet-20, ResNet-18 and ResNet-50, of their factors, and some by channel. */
export interface ConvShape {
  readonly name: string;
  /** batch, channels, height, width */
  readonly x: readonly [number, number, number, number];
  /** out, channels of a group, kernel height and width */
  readonly w: readonly [number, number, number, number];
  readonly stride: number;
  readonly groups: number;
}

const shape = (
  network: string,
  batch: number,
  channels: number,
  side: number,
  out: number,
  [height, width]: readonly [number, number],
  { stride = 1, groups = 1 } = {},
): ConvShape => ({
  name: `${network} ${channels}>${out} ${height}x${width}${stride > 1 ? `/${stride}` : ''} at ${side}`,
  x: [batch, channels, side, side],
  w: [out, channels / groups, height, width],
  stride,
  groups,
});

export const convShapes: readonly ConvShape[] = [
  shape('ResNet-20', 128, 3, 32, 16, [3, 3]),
  shape('ResNet-20', 128, 16, 32, 16, [3, 3]),
  shape('ResNet-20', 128, 16, 32, 32, [3, 3], { stride: 2 }),
  shape('ResNet-20', 128, 32, 16, 32, [3, 3]),
  shape('ResNet-20', 128, 32, 16, 64, [3, 3], { stride: 2 }),
  shape('ResNet-20', 128, 64, 8, 64, [3, 3]),
  shape('ResNet-20 spatial', 128, 16, 32, 8, [3, 1]),
  shape('ResNet-20 spatial', 128, 8, 32, 16, [1, 3]),
  shape('ResNet-20 svd', 128, 32, 16, 16, [3, 3]),
  shape('ResNet-20 svd', 128, 16, 16, 32, [1, 1]),
  shape('ResNet-20 tucker', 128, 64, 8, 24, [1, 1]),
  shape('ResNet-20 tucker', 128, 24, 8, 24, [3, 3]),
  shape('spatial', 128, 16, 32, 16, [1, 3]),
  shape('spatial', 128, 16, 32, 16, [3, 1]),
  shape('spatial', 128, 64, 8, 64, [3, 1]),
  shape('spatial', 16, 256, 14, 256, [1, 3]),
  shape('spatial', 16, 512, 7, 512, [3, 1]),
  shape('batch of 32', 32, 16, 32, 16, [3, 3]),
  shape('batch of 32', 32, 64, 8, 64, [3, 3]),
  shape('batch of 8', 8, 64, 56, 64, [3, 3]),
  shape('batch of 8', 8, 176, 7, 176, [3, 3]),
  shape('batch of 100', 100, 16, 32, 16, [3, 3]),
  shape('batch of 100', 100, 64, 8, 64, [3, 3]),
  shape('rank of 40', 32, 40, 16, 40, [3, 3]),
  shape('wide', 32, 64, 32, 64, [3, 3]),
  shape('wide', 32, 128, 16, 128, [3, 3]),
  shape('wide', 64, 256, 8, 256, [3, 3]),
  shape('wide svd', 64, 256, 8, 64, [1, 1]),
  shape('ResNet-18', 16, 3, 224, 64, [7, 7], { stride: 2 }),
  shape('ResNet-18', 16, 64, 56, 64, [3, 3]),
  shape('ResNet-18', 16, 64, 56, 128, [3, 3], { stride: 2 }),
  shape('ResNet-18', 16, 64, 56, 128, [1, 1], { stride: 2 }),
  shape('ResNet-18', 16, 128, 28, 128, [3, 3]),
  shape('ResNet-18', 16, 256, 14, 256, [3, 3]),
  shape('ResNet-18', 16, 512, 7, 512, [3, 3]),
  shape('ResNet-18 spatial', 16, 128, 28, 64, [3, 1]),
  shape('ResNet-18 spatial', 16, 64, 28, 128, [1, 3]),
  shape('ResNet-50', 16, 64, 56, 256, [1, 1]),
  shape('ResNet-50', 16, 256, 56, 64, [1, 1]),
  shape('ResNet-50', 16, 256, 56, 512, [1, 1], { stride: 2 }),
  shape('ResNet-50', 16, 512, 28, 128, [1, 1]),
  shape('ResNet-50', 16, 1024, 14, 256, [1, 1]),
  shape('ResNet-50', 16, 2048, 7, 512, [1, 1]),
  shape('ResNet-50 svd', 16, 256, 56, 32, [1, 1]),
  shape('ResNet-50 svd', 16, 112, 14, 1024, [1, 1]),
  shape('ResNet-50 svd', 16, 208, 7, 2048, [1, 1]),
  shape('ResNet-50 tucker', 16, 96, 14, 96, [3, 3]),
  shape('ResNet-50 tucker', 16, 176, 7, 176, [3, 3]),
  shape('by channel', 32, 48, 56, 48, [3, 3], { groups: 48 }),
  shape('by channel', 32, 96, 56, 96, [3, 3], { groups: 96, stride: 2 }),
  shape('by channel', 32, 384, 14, 384, [3, 3], { groups: 384 }),
  shape('by channel', 32, 768, 7, 768, [3, 3], { groups: 768 }),
  shape('by channel', 32, 96, 28, 96, [3, 3], { groups: 96 }),
  shape('by channel', 32, 192, 14, 192, [3, 3], { groups: 192, stride: 2 }),
  shape('by channel', 8, 48, 112, 48, [3, 3], { groups: 48 }),
  shape('groups of 4', 32, 128, 28, 128, [3, 3], { groups: 32 }),
];

/** Whether two sets of images hold the same files. */
import type { Dataset } from './dataset.ts';

/** How many images of `one` come from a place that `other` reads as well; those that are drawn are shared when seed and split are. */
export function sharedImages({ source: one }: Dataset, { source: other }: Dataset): number {
  switch (one.kind) {
    case 'cifar10': {
      const paths = new Set(other.kind === 'cifar10' ? other.files.map(({ path }) => path) : []);
      return one.files.reduce((sum, { path, records }) => sum + (paths.has(path) ? records : 0), 0);
    }
    case 'folder': {
      const paths = new Set(other.kind === 'folder' ? other.paths : []);
      return one.paths.reduce((sum, path) => sum + (paths.has(path) ? 1 : 0), 0);
    }
    case 'shapes':
      return other.kind === 'shapes' && other.seed === one.seed && other.split === one.split
        ? Math.min(one.count, other.count)
        : 0;
    default:
      return one satisfies never;
  }
}

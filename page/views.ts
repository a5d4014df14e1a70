/** Every view, in the order of the navigation. Code is loaded when a view is opened; one line each. */
import type { ReaderName } from '../src/serve/api/readers.ts';
import type { View } from './view.ts';

export interface ListedView {
  readonly name: string;
  readonly title: string;
  /** Of the whole store, of one study, or reached from others only. */
  readonly scope: 'store' | 'study' | 'detail';
  /** What it reads first, where that follows from the study alone. */
  readonly reads?: ReaderName;
  readonly load: () => Promise<{ readonly view: View }>;
}

export const views: readonly ListedView[] = [
  { name: 'studies', title: 'Studies', scope: 'store', reads: 'studies', load: () => import('./views/studies.ts') },
  { name: 'front', title: 'Front', scope: 'study', reads: 'front', load: () => import('./views/front.ts') },
  { name: 'trials', title: 'Trials', scope: 'study', reads: 'trials', load: () => import('./views/trials.ts') },
  { name: 'trial', title: 'Trial', scope: 'detail', load: () => import('./views/trial.ts') },
  { name: 'layers', title: 'Layers', scope: 'study', reads: 'layers', load: () => import('./views/layers.ts') },
  { name: 'parallel', title: 'Parallel coordinates', scope: 'study', load: () => import('./views/parallel.ts') },
  { name: 'history', title: 'History', scope: 'study', reads: 'history', load: () => import('./views/history.ts') },
  { name: 'tuner', title: 'Tuner', scope: 'study', reads: 'tuner', load: () => import('./views/tuner.ts') },
  { name: 'training', title: 'Training', scope: 'study', load: () => import('./views/training.ts') },
  { name: 'compare', title: 'Compare', scope: 'store', load: () => import('./views/compare.ts') },
  { name: 'return', title: 'Return', scope: 'store', load: () => import('./views/return.ts') },
];

/** Every view, in the order of the navigation. Code is loaded when a view is opened; one line each. */
import type { View } from './view.ts';

export interface ListedView {
  readonly name: string;
  readonly title: string;
  /** Of the whole store, of one study, or reached from others only. */
  readonly scope: 'store' | 'study' | 'detail';
  readonly load: () => Promise<{ readonly view: View }>;
}

export const views: readonly ListedView[] = [
  { name: 'studies', title: 'Studies', scope: 'store', load: () => import('./views/studies.ts') },
  { name: 'front', title: 'Front', scope: 'study', load: () => import('./views/front.ts') },
  { name: 'trials', title: 'Trials', scope: 'study', load: () => import('./views/trials.ts') },
  { name: 'trial', title: 'Trial', scope: 'detail', load: () => import('./views/trial.ts') },
];

/** The frame of the page: its header, the navigation of a study, and the place for one view at a time. */
import { hashOf, home, type Place, placeOf } from './address.ts';
import { fill, h } from './dom.ts';
import { openLive } from './live.ts';
import { fetchJson, readEarly } from './read.ts';
import { emptyState, errorState, loadingState } from './states.ts';
import { currentTheme, onThemeChange } from './theme.ts';
import type { Params, UrlState, ViewContext } from './view.ts';
import { type ListedView, views } from './views.ts';

export function openShell(body: HTMLElement): void {
  const live = openLive();
  const connection = h('span', { class: 'connection', role: 'status' });
  live.onState(open => {
    connection.textContent = open ? 'live' : 'not connected';
    connection.classList.toggle('lost', !open);
  });
  const trail = h('nav', { class: 'trail', 'aria-label': 'Where you are' });
  const tabs = h('nav', { class: 'tabs', 'aria-label': 'Views' });
  const main = h('main', { id: 'view', tabindex: '-1' });
  const announced = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const skip = (event: Event): void => {
    // The part behind # is ours: it names a view.
    event.preventDefault();
    main.focus();
  };
  body.append(
    h('a', { class: 'skip', href: '#view', onclick: skip }, 'Skip to the content'),
    h('header', {}, h('a', { class: 'brand', href: hashOf(home) }, 'Rankfront'), trail, connection),
    tabs,
    main,
    announced,
  );

  let mounted: { readonly key: string; readonly end: AbortController; readonly moved: Set<() => void> } | null = null;

  const params = (): Params => placeOf(location.hash).params;
  const stateOf = (moved: Set<() => void>): UrlState => ({
    get: (name, otherwise = '') => params()[name] ?? otherwise,
    set: (changes, how = 'replace') => {
      const place = placeOf(location.hash);
      const changed = Object.entries({ ...place.params, ...changes }).filter(([, value]) => value !== '');
      const hash = hashOf({ ...place, params: Object.fromEntries(changed) });
      if (hash === location.hash) return;
      // Neither fires `hashchange`: the view that has set it knows.
      if (how === 'push') history.pushState(null, '', hash);
      else history.replaceState(null, '', hash);
    },
    onChange: changed => void moved.add(changed),
  });

  async function show(focus: boolean): Promise<void> {
    const place = placeOf(location.hash);
    const key = JSON.stringify([place.view, place.study]);
    if (mounted?.key === key) {
      for (const changed of mounted.moved) changed();
      return;
    }
    mounted?.end.abort();
    const own = { key, end: new AbortController(), moved: new Set<() => void>() };
    mounted = own;
    const listed = views.find(each => each.name === place.view && (each.scope === 'store') === (place.study === null));
    navigation(place, listed);
    const content = h('div', { class: 'content' });
    fill(main, h('h1', { tabindex: '-1' }, listed?.title ?? 'Not here'), content);
    scrollTo(0, 0);
    if (focus) main.querySelector('h1')?.focus();
    if (!listed) {
      fill(content, emptyState('There is no such view.', 'Go back to the list of studies.'));
      return;
    }
    fill(content, loadingState('Loading the view'));
    if (listed.reads) readEarly(listed.reads, place.study === null ? {} : { study: place.study });
    try {
      const { view } = await listed.load();
      if (own.end.signal.aborted) return;
      content.replaceChildren();
      await view.mount(content, contextOf(place, own.end.signal, stateOf(own.moved)));
    } catch (error) {
      if (own.end.signal.aborted) return;
      console.error(error);
      fill(
        content,
        errorState('This view could not be shown.', 'Reload the page.', () => location.reload()),
      );
    }
  }

  const contextOf = ({ study }: Place, signal: AbortSignal, state: UrlState): ViewContext => ({
    study: study ?? '',
    state,
    signal,
    fetchJson: (reader, query) => fetchJson(reader, query, signal),
    onChange: (of, changed) =>
      live.listen(change => {
        if (of === null || of === change.study) changed(change);
      }, signal),
    theme: currentTheme,
    onTheme: changed => onThemeChange(changed, signal),
    link: ({ view, study: of = study, params: own = {} }) => hashOf({ view, study: of, params: own }),
    announce: sentence => {
      announced.textContent = sentence;
    },
  });

  function navigation(place: Place, listed: ListedView | undefined): void {
    const { study } = place;
    document.title = [listed?.title, study, 'Rankfront'].filter(Boolean).join(' - ');
    const list = views.filter(({ scope }) => scope === (study === null ? 'store' : 'study'));
    fill(
      trail,
      study === null
        ? null
        : [
            h('a', { href: hashOf(home) }, 'Studies'),
            h('span', { 'aria-hidden': 'true' }, '/'),
            h('strong', {}, study),
          ],
    );
    fill(
      tabs,
      h(
        'ul',
        {},
        list.map(({ name, title }) => {
          // What is one of a list is a part of it.
          const current = name === place.view ? 'page' : name === 'trials' && place.view === 'trial' ? 'true' : null;
          return h(
            'li',
            {},
            h('a', { href: hashOf({ view: name, study, params: {} }), 'aria-current': current }, title),
          );
        }),
      ),
    );
    tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }

  addEventListener('hashchange', () => void show(true));
  addEventListener('popstate', () => void show(false));
  void show(false);
}

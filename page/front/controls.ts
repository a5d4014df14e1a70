/** What stands on the axes of the front, and which trials are drawn. */
import type { FrontAnswer } from '../../src/serve/api/front.ts';
import type { Child } from '../dom.ts';
import { checkField, selectField } from '../form.ts';
import type { Params, UrlState } from '../view.ts';
import { type Look, showsBeyond, showsDominated } from './look.ts';

/** @param changed what the address is to say; `axesToo` where the chart then shows another plane */
export function frontControls(
  answer: FrontAnswer,
  { axes, x, y }: Look,
  state: UrlState,
  changed: (changes: Params, axesToo: boolean) => void,
): Child {
  const { fronts, dominated, beyond } = answer;
  const choices = axes.map(({ key, title }) => ({ value: key, words: title }));
  const figures = [
    { value: '', words: 'Confirmed where there are any' },
    { value: 'search', words: 'Of the search' },
  ];
  const [ofDominated, ofBeyond] = [dominated.trial.length, beyond.trial.length];
  return [
    selectField('Across', choices, x.key, key => changed({ x: key }, true)),
    selectField('Upwards', choices, y.key, key => changed({ y: key }, true)),
    fronts?.best.confirmed
      ? selectField('Figures', figures, state.get('figures'), which => changed({ figures: which }, true))
      : null,
    ofDominated > 0
      ? checkField(`Dominated trials (${ofDominated})`, showsDominated(state), shown =>
          changed({ dominated: shown ? '' : 'no' }, false),
        )
      : null,
    ofBeyond > 0
      ? checkField(`Beyond the limits (${ofBeyond})`, showsBeyond(state), shown =>
          changed({ beyond: shown ? 'yes' : '' }, false),
        )
      : null,
  ];
}

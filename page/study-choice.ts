/** Which studies of a store a view looks at, in the order in which they were chosen. */
import { h } from './dom.ts';
import { checkField } from './form.ts';

/** @param changed called with the names in their order; those that were chosen before stay first */
export const studyChoice = (
  names: readonly { readonly study: string; readonly model: string }[],
  chosen: readonly string[],
  changed: (chosen: readonly string[]) => void,
): HTMLElement =>
  h(
    'fieldset',
    { class: 'choice' },
    h('legend', {}, 'Studies'),
    names.map(({ study, model }) =>
      checkField(
        h(
          'span',
          { title: model },
          study,
          chosen.length > 1 && chosen.includes(study)
            ? h('span', { class: 'faint' }, ` ${chosen.indexOf(study) + 1}`)
            : null,
        ),
        chosen.includes(study),
        checked => changed(checked ? [...chosen, study] : chosen.filter(each => each !== study)),
      ),
    ),
  );

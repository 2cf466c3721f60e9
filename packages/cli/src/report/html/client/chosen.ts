import type { PageData } from '../page-data.ts';
import { percent, plural, visibleJson } from '../text.ts';
import { changedConfig, floatMultiplyAdds } from '../what-if.ts';
import { part } from './dom.ts';
import type { LayerTable } from './table.ts';

/** The layers that somebody would leave in float: what that costs, and the config that does it. */
export function startChoosing(data: PageData, table: LayerTable): void {
  const chosen = new Set<string>();
  const boxes = new Map<string, HTMLInputElement[]>();
  for (const [i, { op }] of data.layers.entries()) {
    const box = table.row(i).querySelector<HTMLInputElement>('.pick input');
    if (box) boxes.set(op, [...(boxes.get(op) ?? []), box]);
  }
  const choose = (op: string, on: boolean): void => {
    if (on) chosen.add(op);
    else chosen.delete(op);
    // An op with several tensors has several rows.
    for (const box of boxes.get(op)!) {
      box.checked = on;
      box.closest('tr')!.classList.toggle('chosen', on);
    }
    show(data, chosen);
  };
  for (const [op, list] of boxes)
    for (const box of list) box.addEventListener('change', () => choose(op, box.checked));
  part('clear').addEventListener('click', () => {
    for (const op of [...chosen]) choose(op, false);
    part('filter').focus({ preventScroll: true });
  });
}

function show(data: PageData, chosen: ReadonlySet<string>): void {
  const bar = part('what-if');
  bar.hidden = chosen.size === 0;
  document.body.classList.toggle('with-bar', chosen.size > 0);
  const { before, after, total } = floatMultiplyAdds(data.layers, data.multiplyAdds, chosen);
  part('what-if-text').textContent =
    chosen.size === 0
      ? ''
      : `${plural(chosen.size, 'op')} left in float: ${percent(after, total)} of the multiply-adds in float, now ${percent(before, total)}`;
  part('changed-config').textContent = visibleJson(changedConfig(data.config, chosen, data.given));
}

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  PageDown: (at) => at - 10,
  PageUp: (at) => at + 10,
  Home: () => 0,
  End: (_, last) => last,
};

/**
 * Lets keys choose one of `count` points of a chart, which is a slider for who does not see it, and go where it leads.
 *
 * @param choose is called with the place, from 0, of what the keys lead to
 */
export function chooseByKeys(
  host: HTMLElement,
  count: number,
  choose: (index: number) => void,
  goTo: (index: number) => void,
): void {
  host.addEventListener('keydown', (event) => {
    const known = host.hasAttribute('aria-valuetext');
    const at = known ? Number(host.getAttribute('aria-valuenow')) - 1 : -1;
    if (event.key === 'Enter' && known) {
      event.preventDefault();
      goTo(at);
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(Math.min(count - 1, Math.max(0, step(at, count - 1))));
  });
}

/** Says below the chart, and to who does not see it, which point is chosen. */
export function tellChosen(host: HTMLElement, readout: HTMLElement, index: number, text: string): void {
  readout.textContent = text;
  host.setAttribute('aria-valuenow', String(index + 1));
  host.setAttribute('aria-valuetext', text);
}

const KEY = 'mnnquant-report-theme';
const CHANGED = 'themechange';

/** Light, dark or what the system has; kept where the browser lets a file keep something. */
export function startTheme(): void {
  const radios = document.querySelectorAll<HTMLInputElement>('input[name="theme"]');
  const apply = (theme: string): void => {
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    dispatchEvent(new Event(CHANGED));
  };
  const kept = stored();
  for (const radio of radios) {
    if (radio.value === kept) radio.checked = true;
    radio.addEventListener('change', () => {
      apply(radio.value);
      store(radio.value);
    });
  }
  apply(kept);
  // Paper is light.
  for (const query of ['(prefers-color-scheme: dark)', 'print'])
    matchMedia(query).addEventListener('change', () => dispatchEvent(new Event(CHANGED)));
}

/** Calls back when colours have changed. */
export function onThemeChange(listener: () => void, signal: AbortSignal): void {
  addEventListener(CHANGED, listener, { signal });
}

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function store(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice holds for as long as the page is open.
  }
}

/** A colour of the style sheet as one that a canvas takes. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.className = `probe ${name}`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

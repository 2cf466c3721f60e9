import { createRequire } from 'node:module';

/** What the package `gl` exports. */
type CreateContext = (width: number, height: number) => WebGLRenderingContext | null;

/**
 * gpu.js takes any other mode where headless GL does not work, and does not say why.
 *
 * @throws where the package `gl` is missing or makes no context
 */
export function checkHeadlessGl(): void {
  const context = loadGl()(1, 1);
  if (context === null)
    throw new Error(
      'the package gl makes no context: it needs an X11 display (DISPLAY, or xvfb-run) and its OpenGL driver',
    );
  context.getExtension('STACKGL_destroy_context')?.destroy();
}

function loadGl(): CreateContext {
  try {
    return createRequire(import.meta.url)('gl') as CreateContext;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'MODULE_NOT_FOUND' && /'gl'/.test(message);
    const why = isMissing ? 'is not installed: npm i gl' : `cannot be loaded: ${message.split('\n')[0]}`;
    throw new Error(`the package gl ${why}`, { cause });
  }
}

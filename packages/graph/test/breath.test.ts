import { describe, expect, it, vi } from 'vitest';
import { Breath } from '../src/breath.ts';

describe('Breath', () => {
  it('pauses where the last pause is a while ago, and lets timers run', async () => {
    const now = vi.spyOn(performance, 'now');
    now.mockReturnValue(1000);
    const breath = new Breath();
    expect(breath.take()).toBeUndefined();
    now.mockReturnValue(1049);
    expect(breath.take()).toBeUndefined();
    now.mockReturnValue(1050);
    let others = 0;
    setImmediate(() => others++);
    const pause = breath.take();
    expect(pause).toBeInstanceOf(Promise);
    await pause;
    expect(others).toBe(1);
    expect(breath.take()).toBeUndefined();
    now.mockRestore();
  });

  it('does so where there is no setImmediate, as in pages', async () => {
    const original = globalThis.setImmediate;
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const breath = new Breath();
    now.mockReturnValue(100);
    vi.stubGlobal('setImmediate', undefined);
    const pause = breath.take();
    vi.unstubAllGlobals();
    expect(globalThis.setImmediate).toBe(original);
    await expect(pause).resolves.toBeUndefined();
    now.mockRestore();
  });
});

import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchKernels } from '../src/fetch-kernels.ts';

const URL_IN_PAGE = new URL('https://page.example/assets/kernels.wasm');

/** What the server answers. */
function answer(content: BodyInit, init: ResponseInit = {}): void {
  vi.stubGlobal('fetch', async () => new Response(content, init));
}

afterEach(() => vi.unstubAllGlobals());

describe('the kernels in a page', () => {
  it('are what the server has', async () => {
    const file = await readFile(new URL('../wasm/kernels.wasm', import.meta.url));
    answer(file);
    expect(await WebAssembly.compile(await fetchKernels(URL_IN_PAGE))).toBeInstanceOf(WebAssembly.Module);
  });

  it.each([
    [
      'nothing there',
      '',
      { status: 404, statusText: 'Not Found' },
      /404 Not Found for https:.*kernels\.wasm; a bundler/,
    ],
    [
      'the page instead',
      '<!doctype html>',
      { headers: { 'content-type': 'text/html' } },
      /got text\/html; a bundler/,
    ],
    ['an empty file', '', {}, /expected the kernels at https:.*kernels\.wasm, got/],
  ])('%s: says what to do', async (_, content, init, message) => {
    answer(content, init);
    await expect(fetchKernels(URL_IN_PAGE)).rejects.toThrow(message);
  });

  it('cannot be had from a file', async () => {
    await expect(fetchKernels(new URL('file:///kernels.wasm'))).rejects.toThrow(/tensor-cpu\/node/);
  });
});

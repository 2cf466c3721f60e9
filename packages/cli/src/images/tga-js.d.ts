declare module 'tga-js' {
  export default class TgaLoader {
    load(data: Uint8Array): void;
    getImageData(target: { width: number; height: number; data: Uint8ClampedArray }): unknown;
  }
}

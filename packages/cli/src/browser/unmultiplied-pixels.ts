/**
 * RGBA of an image that was decoded with `premultiplyAlpha: 'none'`, colours as in the file also where alpha is 0.
 * A texture holds such pixels as they are; a 2D canvas does not.
 *
 * @throws where the browser has no WebGL2, or the image is larger than its textures
 */
export function unmultipliedPixels(bitmap: ImageBitmap): Uint8Array {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) throw new Error('its colours are partly transparent, which needs WebGL2 to be read');
  try {
    const limit: number = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    if (Math.max(width, height) > limit)
      throw new Error(`${width}x${height} partly transparent pixels are too many; a side may have ${limit}`);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const data = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
    return data;
  } finally {
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

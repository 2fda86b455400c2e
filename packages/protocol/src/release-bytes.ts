/**
 * Frees a buffer now instead of at the next collection, which does not count large buffers eagerly enough: at full
 * speed a program's memory would be mostly buffers that nobody needs any more. Only for one that is the caller's
 * alone: every view of it becomes empty.
 */
export function releaseBytes(bytes: Uint8Array): void {
  (bytes.buffer as ArrayBuffer).transfer(0);
}

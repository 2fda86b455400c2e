import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";

interface PanelFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly immutable: boolean;
}

interface PanelAsset extends PanelFile {
  readonly etag: string;
  readonly encodings: { readonly gzip?: Uint8Array; readonly zstd?: Uint8Array };
}

/** The panel's files as the server wants them. A file is compressed when it is first asked for, once. */
export function panelAssets(files: ReadonlyMap<string, PanelFile>) {
  const made = new Map<string, PanelAsset>();
  return {
    indexPath: "/index.html",
    find(path: string): PanelAsset | undefined {
      const file = files.get(path);
      if (file === undefined) return undefined;
      const asset = made.get(path) ?? assetOf(file);
      made.set(path, asset);
      return asset;
    },
  };
}

function assetOf(file: PanelFile): PanelAsset {
  const etag = `"${createHash("sha256").update(file.body).digest("base64url").slice(0, 22)}"`;
  const encodings = {
    gzip: smaller(file, gzipSync(file.body)),
    zstd: smaller(file, zstdCompressSync(file.body)),
  };
  return { ...file, etag, encodings: withoutUndefined(encodings) };
}

/** Undefined where compressing does not pay (pictures, tiny files). */
function smaller({ body }: PanelFile, compressed: Uint8Array): Uint8Array | undefined {
  return compressed.length < body.length * 0.9 ? compressed : undefined;
}

function withoutUndefined(encodings: { gzip: Uint8Array | undefined; zstd: Uint8Array | undefined }) {
  const { gzip, zstd } = encodings;
  return { ...(gzip === undefined ? {} : { gzip }), ...(zstd === undefined ? {} : { zstd }) };
}

/** The panel's built files, as the server gets them from whoever starts it: the server does not build or read them. */
export interface PanelAssets {
  /** `path` begins with `/`. */
  find(path: string): PanelAsset | undefined;
  /** The page that answers every address which is not a file and not the API's. */
  readonly indexPath: string;
}

export interface PanelAsset {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly etag: string;
  readonly encodings: { readonly gzip?: Uint8Array; readonly zstd?: Uint8Array };
  /** The content never changes at this path: its name carries its hash. */
  readonly immutable: boolean;
}

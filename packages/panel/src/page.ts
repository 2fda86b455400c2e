export interface PageAssets {
  readonly script: string;
  readonly style: string;
  readonly icon: string;
}

/** The one page. Nothing inline: the Content-Security-Policy allows scripts and styles from our own address only. */
export function page(assets: PageAssets): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>keruta</title>
    <link rel="icon" href="${assets.icon}" type="image/svg+xml">
    <link rel="stylesheet" href="${assets.style}">
    <script type="module" src="${assets.script}"></script>
  </head>
  <body>
    <div id="panel"></div>
    <noscript>keruta needs JavaScript to show live logs.</noscript>
  </body>
</html>
`;
}

/**
 * Text of a log made safe for a terminal: colours (SGR) stay, everything else that a terminal would
 * obey is taken out: cursor movement, titles, clipboard, links, C1 controls. Of what a carriage return
 * overwrites, the last is shown.
 */
export function terminalText(text: string, keepColours: boolean): string {
  const drawn = text.slice(text.lastIndexOf("\r", text.length - 2) + 1);
  if (!control.test(drawn)) return drawn;
  return drawn.replace(sequences, (sequence) => (keepColours && isColour(sequence) ? sequence : ""));
}

const control = /[^\P{Cc}\t\n]/u;

const colour = /^[\d;:]*m$/;

function isColour(sequence: string): boolean {
  return sequence.startsWith("\x1b[") && colour.test(sequence.slice(2));
}

const sequences = new RegExp(
  [
    "\\x1b\\[[0-?]*[ -/]*[@-~]", // CSI
    "\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\|$)?", // OSC, DCS, SOS, PM, APC: to their end
    "\\x1b[ -/]*[0-~]", // two characters and more
    "[^\\P{Cc}\\t\\n]", // and any control character by itself
  ].join("|"),
  "gu",
);
